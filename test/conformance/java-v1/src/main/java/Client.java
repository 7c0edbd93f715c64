import com.amazonaws.SDKGlobalConfiguration;
import com.amazonaws.auth.DefaultAWSCredentialsProviderChain;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.regions.InstanceMetadataRegionProvider;
import com.amazonaws.services.securitytoken.AWSSecurityTokenServiceClientBuilder;
import com.amazonaws.services.securitytoken.model.GetCallerIdentityRequest;
import com.amazonaws.util.EC2MetadataUtils;
import com.amazonaws.util.VersionInfoUtils;
import java.io.BufferedReader;
import java.io.InputStreamReader;

/** AWS SDK for Java 1: does one check and prints one line of JSON. */
public final class Client {
  public static void main(String[] words) throws Exception {
    // It has a property where others have the variable AWS_EC2_METADATA_SERVICE_ENDPOINT, and puts a path right behind it.
    String endpoint = System.getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    if (endpoint != null) {
      System.setProperty(
          SDKGlobalConfiguration.EC2_METADATA_SERVICE_OVERRIDE_SYSTEM_PROPERTY, endpoint.replaceFirst("/$", ""));
    }
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
        return VersionInfoUtils.getVersion();
      case "whoami":
        var sts = AWSSecurityTokenServiceClientBuilder.standard();
        String url = System.getenv("AWS_ENDPOINT_URL_STS");
        sts.setEndpointConfiguration(new EndpointConfiguration(url, System.getenv("AWS_REGION")));
        return sts.build().getCallerIdentity(new GetCallerIdentityRequest()).getArn();
      case "region":
        return new InstanceMetadataRegionProvider().getRegion();
      case "identity":
        var document = EC2MetadataUtils.getInstanceInfo();
        return document.getAccountId() + " " + document.getRegion();
      default:
        throw new IllegalArgumentException("no check called " + check);
    }
  }

  /** One provider for as long as the program runs; each line of input asks it again. */
  private static void follow() throws Exception {
    var input = new BufferedReader(new InputStreamReader(System.in));
    var provider = new DefaultAWSCredentialsProviderChain();
    while (input.readLine() != null) {
      try {
        say(true, provider.getCredentials().getAWSAccessKeyId(), "");
      } catch (Exception failure) {
        say(false, "", String.valueOf(failure.getMessage()));
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
