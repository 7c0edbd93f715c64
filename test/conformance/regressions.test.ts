// What real clients do with a service that is wrong on purpose: each of these is a rule that the program keeps.
import { fromHttp } from "@aws-sdk/credential-provider-http";
import { describe, expect, test } from "bun:test";
import type { ImdsAnswer, ImdsRequest } from "../../src/imds/message.ts";
import { canUseNetns, netns } from "../support/netns.ts";
import { skipped } from "../support/require-tools.ts";
import { testWorld } from "../support/world.ts";
import { askClient, type Asked, LIMIT_SECONDS, REGION, type Said, TOLD_NOTHING } from "./ask-client.ts";
import { refusingContainer } from "./own-container.ts";
import { ownImds, type OwnImds, viewFor, type Wrong } from "./own-imds.ts";
import { type Prepared, clientOf, preparedBefore } from "./prepare.ts";
import { startClient } from "./running-client.ts";

const IDS = [
  "aws-cli-v1",
  "aws-cli-v2",
  "boto3",
  "crt",
  "go-v1",
  "go-v2",
  "java-v1",
  "java-v2",
  "js-v2",
  "js-v3",
  "kotlin",
  "rust",
] as const;
type Id = (typeof IDS)[number];

const WITH_V1 = { AWS_EC2_METADATA_V1_DISABLED: "false" };

function areBuilt(): boolean {
  const lacking = IDS.filter((id) => preparedBefore(clientOf(id)) === undefined);
  return lacking.length === 0 || skipped(`build ${lacking.join(", ")}: npm run conformance`);
}

const BUILT = areBuilt();

function built(id: Id): Prepared {
  const prepared = preparedBefore(clientOf(id));
  if (prepared === undefined) throw new Error(`${id} is not built`);
  return prepared;
}

async function keysOf(id: Id, imds: OwnImds, env: Record<string, string> = WITH_V1): Promise<Asked> {
  const sts = { AWS_ENDPOINT_URL_STS: "http://127.0.0.1:9" };
  await using client = startClient(built(id), { ...sts, AWS_EC2_METADATA_SERVICE_ENDPOINT: imds.endpoint, ...env });
  const startedMs = performance.now();
  return { ...(await client.ask()), ms: performance.now() - startedMs };
}

const isToken = ({ target }: ImdsRequest) => target.endsWith("/api/token");
const instead =
  (status: number): Wrong =>
  (request, right) =>
    isToken(request) ? { status } : right();
const changed =
  (part: string, body: (right: string) => string): Wrong =>
  ({ target }, right) => {
    const answer = right();
    return target.includes(part) && answer.status === 200 ? { ...answer, body: body(String(answer.body)) } : answer;
  };
const expiring =
  (inSeconds: number): Wrong =>
  (request, right) => {
    const time = `${new Date(Date.now() + inSeconds * 1000).toISOString().slice(0, 19)}Z`;
    const set = (text: string) => text.replace(/"Expiration" : "[^"]+"/, `"Expiration" : "${time}"`);
    return changed("/security-credentials/metacred", set)(request, right);
  };
const minutesLeft = ({ detail }: Said) => (new Date(detail).getTime() - Date.now()) / 60_000;

describe.skipIf(!BUILT)("K", () => {
  test("K1 without the echo of a token's lifetime Go and Rust get nothing, the others do not mind", async () => {
    const withoutEcho: Wrong = (request, right) => {
      const answer: ImdsAnswer = right();
      return isToken(request) ? { ...answer, headers: [["Content-Type", "text/plain"]] } : answer;
    };
    await using imds = ownImds({ wrong: withoutEcho });
    for (const id of ["go-v1", "go-v2", "rust"] as const) {
      expect([id, (await keysOf(id, imds)).ok]).toEqual([id, false]);
    }
    for (const id of ["boto3", "js-v3", "js-v2", "java-v2"] as const) {
      expect([id, (await keysOf(id, imds)).value]).toEqual([id, "ASIAFIRST"]);
    }
  });

  test("K2 botocore cuts the last character off the zone, whatever it is", async () => {
    await using right = ownImds();
    const env = (imds: OwnImds) => ({ ...TOLD_NOTHING, AWS_EC2_METADATA_SERVICE_ENDPOINT: imds.endpoint });
    await using world = await testWorld();
    expect((await askClient(world, built("boto3"), "region", env(right))).value).toBe("us-west-2");
    await using wrong = ownImds({ wrong: changed("availability-zone", (zone) => `${zone}\n`) });
    expect((await askClient(world, built("boto3"), "region", env(wrong))).value).toBe("us-west-2a");
  });

  test("K3 no tokens and v1 allowed: credentials over v1, except for Rust, which has none", async () => {
    await using imds = ownImds({ httpTokens: "optional", wrong: instead(404) });
    for (const id of ["boto3", "go-v1", "go-v2", "js-v3", "js-v2", "java-v2", "crt"] as const) {
      expect([id, (await keysOf(id, imds)).value]).toEqual([id, "ASIAFIRST"]);
    }
    expect((await keysOf("rust", imds)).ok).toBe(false);
  });

  test("K4 no tokens and v1 refused: nobody gets credentials, and nobody hangs", async () => {
    await using imds = ownImds({ wrong: instead(404) });
    for (const id of ["boto3", "go-v1", "go-v2", "js-v3", "js-v2", "java-v2", "rust"] as const) {
      const { ok, ms } = await keysOf(id, imds);
      expect([id, ok, ms < 10_000]).toEqual([id, false, true]);
    }
  });

  test("K5 a token request called malformed ends it: nobody tries v1", async () => {
    for (const id of ["boto3", "go-v1", "go-v2", "js-v3", "js-v2", "java-v2"] as const) {
      await using imds = ownImds({ httpTokens: "optional", wrong: instead(400) });
      expect([id, (await keysOf(id, imds)).ok]).toEqual([id, false]);
      expect([id, imds.asked.filter((line) => line.startsWith("GET"))]).toEqual([id, []]);
    }
  });

  // Whether Go comes as far as v1 before its own five seconds are over depends on its random pauses.
  test("K6 a token service that fails: Go asks again and again for up to five seconds, others use v1", async () => {
    await using imds = ownImds({ httpTokens: "optional", wrong: instead(500) });
    expect((await keysOf("go-v2", imds)).ms).toBeLessThan(6000);
    expect(imds.asked.filter((line) => line.startsWith("PUT")).length).toBeGreaterThanOrEqual(3);
    for (const id of ["boto3", "js-v3"] as const) {
      expect([id, (await keysOf(id, imds)).value]).toEqual([id, "ASIAFIRST"]);
    }
  });

  test("K7 no role listed: all say that there are no credentials, after one list", async () => {
    for (const id of ["boto3", "js-v3", "js-v2", "go-v2", "java-v2", "rust"] as const) {
      await using imds = ownImds({ view: {} });
      expect([id, (await keysOf(id, imds, {})).ok]).toEqual([id, false]);
      expect([id, imds.asked.filter((line) => /^GET .*security-credentials\/ 404$/.test(line)).length]).toEqual([
        id,
        1,
      ]);
    }
  });

  test("K8 an endpoint with its final slash: JavaScript 2 doubles it, and gets what it wants", async () => {
    await using imds = ownImds();
    expect((await keysOf("js-v2", imds)).value).toBe("ASIAFIRST");
    expect(imds.asked[0]).toBe("PUT //latest/api/token 200");
  });

  test("K9 Go waits 450 ms for an answer and not 700", async () => {
    const late =
      (ms: number): Wrong =>
      async (_, right) => {
        await Bun.sleep(ms);
        return right();
      };
    await using slow = ownImds({ wrong: late(450) });
    expect((await keysOf("go-v2", slow)).value).toBe("ASIAFIRST");
    await using slower = ownImds({ wrong: late(700) });
    expect((await keysOf("go-v2", slower)).ok).toBe(false);
    expect((await keysOf("js-v3", slower)).value).toBe("ASIAFIRST");
  });

  test("K10 botocore takes three minutes for 17 to 25; JavaScript 3 takes what has ended for 5 to 10", async () => {
    await using soon = ownImds({ wrong: expiring(180) });
    const botocore = minutesLeft(await keysOf("boto3", soon));
    expect(botocore).toBeGreaterThan(16.5);
    expect(botocore).toBeLessThan(25.5);
    await using past = ownImds({ wrong: expiring(-1800) });
    const javascript = minutesLeft(await keysOf("js-v3", past));
    expect(javascript).toBeGreaterThan(4.5);
    expect(javascript).toBeLessThan(10.5);
  });

  test("K12 the AWS CLI calls the role's keys iam-role", async () => {
    await using imds = ownImds({ view: viewFor("first", 3600) });
    await using world = await testWorld();
    const env = { ...TOLD_NOTHING, ...REGION, AWS_EC2_METADATA_SERVICE_ENDPOINT: imds.endpoint };
    const { stdout } = await world.run(["/usr/bin/aws", "configure", "list"], { env });
    expect(stdout).toMatch(/^ *access_key +\*+IRST +iam-role/m);
  });
});

describe.skipIf(!BUILT || !canUseNetns(["nft"]))("K, at the real address", () => {
  test("K11 botocore and Go ask a proxy for 169.254.169.254 unless NO_PROXY names it", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    expect((await world.metacred(["serve", "--background", "--role", "dev"])).exitCode).toBe(0);
    // Nobody answers at this proxy. STS is on loopback and not to go through it.
    const env = { ...TOLD_NOTHING, ...REGION, HTTP_PROXY: "http://127.0.0.1:9", NO_PROXY: "127.0.0.1" };
    for (const id of ["boto3", "go-v2"] as const) {
      const through = await askClient(world, built(id), "whoami", env);
      const past = await askClient(world, built(id), "whoami", { ...env, NO_PROXY: "127.0.0.1,169.254.169.254" });
      expect([id, through.ok, past.ok]).toEqual([id, false, true]);
    }
  });
});

describe.skipIf(!BUILT)("N2 what the container endpoint says is wrong", () => {
  const MESSAGE = 'the SSO session "corp" has expired; try: metacred login corp';
  const ask = async (id: Id) => {
    await using world = await testWorld();
    await using container = refusingContainer({ code: "Failed", message: MESSAGE });
    const told = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: container.url,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: container.token,
    };
    return await askClient(world, built(id), "whoami", { ...TOLD_NOTHING, ...REGION, ...told });
  };

  test.each(["aws-cli-v1", "aws-cli-v2", "boto3", "go-v2", "java-v1"] as const)("%s shows it", async (id) => {
    const { ok, detail } = await ask(id);
    expect([ok, detail.replaceAll(/\\/g, "")]).toEqual([false, expect.stringContaining(MESSAGE)]);
  });

  // The chains of these tell that a provider failed, and not why. They must not hang over it, nor crash.
  test.each(["crt", "go-v1", "java-v2", "js-v2", "js-v3", "kotlin", "rust"] as const)(
    "%s says that there are no credentials",
    async (id) => {
      const { ok, detail, ms } = await ask(id);
      expect([ok, detail]).toEqual([false, expect.stringMatching(/credential|identity/i)]);
      expect(ms).toBeLessThan(LIMIT_SECONDS * 1000);
    },
  );

  test("JavaScript 3 has it in the error of its provider", async () => {
    await using container = refusingContainer({ code: "Failed", message: MESSAGE });
    const told = { awsContainerCredentialsFullUri: container.url, awsContainerAuthorizationToken: container.token };
    const error: unknown = await fromHttp({ ...told, maxRetries: 0 })().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ Code: "Failed", Message: MESSAGE });
  });
});
