// AWS SDK for JavaScript 2: does one check and prints one line of JSON.
import { createInterface } from "node:readline";
import AWS from "aws-sdk";

// Without one it throws where it means to warn, which it does about credentials that end within 15 seconds: those of a
// service whose clock was not moved with its own.
AWS.config.logger = { log() {}, warn() {} };

// This SDK does not know AWS_ENDPOINT_URL_STS.
const createSts = () => new AWS.STS({ endpoint: process.env.AWS_ENDPOINT_URL_STS });

function metadata(path) {
  const service = new AWS.MetadataService();
  return new Promise((resolve, reject) => {
    service.fetchMetadataToken((failure, token) => {
      if (failure) return reject(failure);
      const options = { headers: { "x-aws-ec2-metadata-token": token } };
      service.request(path, options, (error, text) => (error ? reject(error) : resolve(text)));
    });
  });
}

const CHECKS = {
  version: () => AWS.VERSION,
  whoami: async () => (await createSts().getCallerIdentity().promise()).Arn,
  // It never looks for a region by itself; this is its metadata client.
  region: () => metadata("/latest/meta-data/placement/region"),
  async identity() {
    const { accountId, region } = JSON.parse(await metadata("/latest/dynamic/instance-identity/document"));
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

// One client, with its cache, for as long as the program runs; each line of input asks it again.
async function follow() {
  const { config } = createSts();
  for await (const _ of createInterface({ input: process.stdin })) {
    const keys = () =>
      new Promise((resolve, reject) => config.getCredentials((e, found) => (e ? reject(e) : resolve(found))));
    say(await answer(async () => (await keys()).accessKeyId));
  }
}

const [check] = process.argv.slice(2);
if (check === "follow") await follow();
else say(await answer(() => CHECKS[check]()));
