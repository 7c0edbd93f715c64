import { describe, expect, test } from "bun:test";
import { describeAnswer, hasOurAlias } from "../../src/daemon/foreign-service.ts";

describe("who answered", () => {
  test.each([
    // EC2, IMDSv2 required, without a token; as recorded in the AWS documentation's examples.
    [
      "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nServer: EC2ws\r\n\r\n",
      "the metadata service of an EC2 instance",
    ],
    [
      "HTTP/1.1 404 Not Found\r\nMetadata-Flavor: Google\r\nServer: Metadata Server for VM\r\n\r\n",
      "the metadata server of a Google Cloud machine",
    ],
    ["HTTP/1.1 400 Bad Request\r\nServer: IMDS/150.870.65.1854\r\n\r\n", "the metadata service of an Azure machine"],
    ["HTTP/1.0 200 OK\r\nserver:  aws-vault \r\n\r\n", 'a service that calls itself "aws-vault"'],
    ["HTTP/1.1 200 OK\r\nX-Server: EC2ws\r\n\r\n", "a service that does not say its name"],
    ["SSH-2.0-OpenSSH_9.6\r\n", "a service that does not say its name"],
    ["", "a service that does not say its name"],
  ])("%j", (answer, who) => {
    expect(describeAnswer(answer)).toBe(who);
  });
});

test("metacred's alias is known by its label", () => {
  expect(hasOurAlias("linux", { lo: [] })).toBe(false);
  expect(hasOurAlias("linux", { lo: [], "lo:metacred": [] })).toBe(true);
  const onMac = (address: string) => ({
    lo0: [
      { address, netmask: "255.255.255.255", family: "IPv4" as const, mac: "", internal: true, cidr: `${address}/32` },
    ],
  });
  expect(hasOurAlias("darwin", onMac("127.0.0.1"))).toBe(false);
  expect(hasOurAlias("darwin", onMac("169.254.169.254"))).toBe(true);
});
