// AWS SDK for JavaScript 3: does one check and prints one line of JSON.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromNodeProviderChain } from "@aws-sdk/credential-providers";
import { MetadataService } from "@aws-sdk/ec2-metadata-service";

const CHECKS = {
  version: () =>
    JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")).dependencies["@aws-sdk/client-sts"],
  async whoami() {
    const sts = new STSClient({ credentials: fromNodeProviderChain() });
    return (await sts.send(new GetCallerIdentityCommand({}))).Arn;
  },
  // Nothing but the SDK's defaults: a client that is told no region.
  region: () => new STSClient({ credentials: fromNodeProviderChain() }).config.region(),
  async identity() {
    const text = await new MetadataService().request("/latest/dynamic/instance-identity/document", {});
    const { accountId, region } = JSON.parse(text);
    return `${accountId} ${region}`;
  },
};

async function answer(task) {
  try {
    return { ok: true, value: await task(), detail: "" };
  } catch (error) {
    return { ok: false, value: "", detail: `${error.name}: ${error.message}` };
  }
}

const say = (answer) => console.log(JSON.stringify(answer));

// One client, with its cache, for as long as the program runs; each line of input asks it again, and for the expiry.
async function follow() {
  const { config } = new STSClient({ credentials: fromNodeProviderChain() });
  for await (const _ of createInterface({ input: process.stdin })) {
    let expiration;
    const said = await answer(async () => {
      const keys = await config.credentials();
      expiration = keys.expiration;
      return keys.accessKeyId;
    });
    say(said.ok ? { ...said, detail: expiration?.toISOString() ?? "" } : said);
  }
}

const [check] = process.argv.slice(2);
if (check === "follow") await follow();
else say(await answer(() => CHECKS[check]()));
