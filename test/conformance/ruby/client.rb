# AWS SDK for Ruby: does one check and prints one line of JSON.
require "json"
require "aws-sdk-core"

def say(ok, value, detail)
  puts JSON.generate({ ok: ok, value: value, detail: detail })
  $stdout.flush
end

# It takes the port from an option alone.
def metadata
  endpoint = URI.parse(ENV.fetch("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://169.254.169.254"))
  Aws::EC2Metadata.new(endpoint: endpoint.to_s, port: endpoint.port)
end

def answer(check)
  case check
  when "version" then Aws::CORE_GEM_VERSION
  when "whoami" then Aws::STS::Client.new(**sts).get_caller_identity.arn
  when "identity"
    document = JSON.parse(metadata.get("/latest/dynamic/instance-identity/document"))
    "#{document.fetch("accountId")} #{document.fetch("region")}"
  else raise ArgumentError, "no check called #{check}"
  end
end

# Debian's release is older than AWS_ENDPOINT_URL_STS.
def sts
  endpoint = ENV["AWS_ENDPOINT_URL_STS"]
  endpoint ? { endpoint: endpoint } : {}
end

begin
  say(true, answer(ARGV[0]), "")
rescue StandardError => e
  say(false, "", "#{e.class}: #{e.message}")
end
