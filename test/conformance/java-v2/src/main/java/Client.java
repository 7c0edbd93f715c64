import java.io.BufferedReader;
import java.io.InputStreamReader;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.util.VersionInfo;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.imds.Ec2MetadataClient;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.sts.StsClient;

/** AWS SDK for Java 2: does one check and prints one line of JSON. */
public final class Client {
  public static void main(String[] words) throws Exception {
    if (words[0].equals("follow")) {
      follow();
      return;
    }
    try {
      say(true, answer(words[0]), "");
    } catch (Exception failure) {
      say(false, "", failure.getClass().getSimpleName() + ": " + failure.getMessage());
    }
  }

  private static String answer(String check) {
    switch (check) {
      case "version":
        return VersionInfo.SDK_VERSION;
      case "whoami":
        try (StsClient sts = StsClient.builder().httpClientBuilder(UrlConnectionHttpClient.builder()).build()) {
          return sts.getCallerIdentity().arn();
        }
      case "region":
        return DefaultAwsRegionProviderChain.builder().build().getRegion().id();
      case "identity":
        try (var client = Ec2MetadataClient.builder().httpClient(UrlConnectionHttpClient.builder()).build()) {
          var document = client.get("/latest/dynamic/instance-identity/document").asDocument().asMap();
          return document.get("accountId").asString() + " " + document.get("region").asString();
        }
      default:
        throw new IllegalArgumentException("no check called " + check);
    }
  }

  /** One provider for as long as the program runs; each line of input asks it again. */
  private static void follow() throws Exception {
    var input = new BufferedReader(new InputStreamReader(System.in));
    try (var provider = DefaultCredentialsProvider.builder().build()) {
      while (input.readLine() != null) {
        try {
          say(true, provider.resolveCredentials().accessKeyId(), "");
        } catch (Exception failure) {
          say(false, "", String.valueOf(failure.getMessage()));
        }
      }
    }
  }

  private static void say(boolean ok, String value, String detail) {
    System.out.println("{\"ok\":" + ok + ",\"value\":" + quote(value) + ",\"detail\":" + quote(detail) + "}");
    System.out.flush();
  }

  private static String quote(String text) {
    var quoted = new StringBuilder("\"");
    for (char one : text.toCharArray()) {
      if (one == '"' || one == '\\') quoted.append('\\').append(one);
      else if (one < ' ') quoted.append(String.format("\\u%04x", (int) one));
      else quoted.append(one);
    }
    return quoted.append('"').toString();
  }
}
