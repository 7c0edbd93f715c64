// Sends a client's known requests, and reads the answers as strictly as the strictest of these clients.
import { askRaw, type RawReply } from "../../support/raw-http.ts";
import type { Step } from "./sequences.ts";

export type Replayed = {
  accessKeyId: string | undefined;
  region: string | undefined;
};

const TTL = "X-aws-ec2-metadata-token-ttl-seconds";
const TOKEN = "X-aws-ec2-metadata-token";
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** Throws at the first answer that the client could not use. */
export async function replay(port: number, steps: readonly Step[]): Promise<Replayed> {
  const replayed: Replayed = { accessKeyId: undefined, region: undefined };
  let token = "";
  let role = "";
  const send = async (method: string, path: string, headers: Readonly<Record<string, string>>) => {
    const lines = Object.entries({ Host: `127.0.0.1:${port}`, ...headers }).map(([name, value]) => `${name}: ${value}`);
    const reply = await askRaw({ port }, `${method} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
    if (reply.status !== 200) throw new Error(`${method} ${path}: ${reply.status}`);
    return reply;
  };
  for (const step of steps) {
    const path = step.path.replace("{role}", role);
    const reply = await send(step.method, path, { ...step.headers, ...(token !== "" && { [TOKEN]: token }) });
    switch (step.expect) {
      case "token":
        token = readToken(reply);
        break;
      case "role":
        role = readName(reply);
        break;
      case "credentials":
        replayed.accessKeyId = readCredentials(reply);
        break;
      case "info":
        checkInfo(reply);
        break;
      case "word":
        readName(reply);
        break;
      case "crawl":
        replayed.accessKeyId ??= await crawl(`${path}/`, reply.body, (entry) => send("GET", entry, { [TOKEN]: token }));
        break;
      case "zone":
        // C++ copies the zone's name as far as its first digits.
        replayed.region = /^\D+\d+/.exec(readName(reply))?.[0];
        break;
      case "region":
        replayed.region = path.endsWith("/document") ? stringsOf(reply)["region"] : readName(reply);
        break;
    }
  }
  return replayed;
}

// --- internal ---

// What a listing names is read, folders (with a slash at the end) and keys (`0=name`) too: nothing may be missing. The
// access key is that of the last document that has one.
async function crawl(
  folder: string,
  listing: string,
  read: (path: string) => Promise<RawReply>,
): Promise<string | undefined> {
  let found: string | undefined;
  for (const entry of listing.split("\n")) {
    const isFolder = entry.endsWith("/");
    const isKey = folder.endsWith("/public-keys/");
    const path = isKey ? `${folder}${entry.split("=")[0]}/openssh-key` : `${folder}${entry}`;
    const reply = await read(path);
    const inside = isFolder ? await crawl(path, reply.body, read) : undefined;
    found = /security-credentials\/[^/]+$/.test(path) ? readCredentials(reply) : (inside ?? found);
  }
  return found;
}

// Ruby takes a token without the echo of its lifetime for one that has ended.
function readToken(reply: RawReply): string {
  if (reply.header(TTL) !== "21600") throw new Error("the token's lifetime is not told");
  return readName(reply);
}

// PHP and Swift use the body as it is.
function readName({ body }: RawReply): string {
  if (!/^[\x21-\x7e]+$/.test(body)) throw new Error(`not one word alone: ${JSON.stringify(body)}`);
  return body;
}

// Swift wants every key, and times without fractions; PHP and .NET want the code.
function readCredentials(reply: RawReply): string {
  const document = stringsOf(reply);
  for (const key of ["Code", "LastUpdated", "Type", "AccessKeyId", "SecretAccessKey", "Token", "Expiration"]) {
    if ((document[key] ?? "") === "") throw new Error(`${key} is missing`);
  }
  const { Code, Expiration = "", LastUpdated = "", AccessKeyId = "" } = document;
  if (Code !== "Success") throw new Error(`Code is ${Code}`);
  if (!TIMESTAMP.test(Expiration) || !TIMESTAMP.test(LastUpdated)) throw new Error("a time that Swift cannot read");
  return AccessKeyId;
}

// .NET refuses anything but success, and any message.
function checkInfo(reply: RawReply): void {
  const { Code, Message, InstanceProfileArn } = stringsOf(reply);
  if (Code !== "Success" || Message !== undefined || InstanceProfileArn === undefined) {
    throw new Error(`.NET would refuse ${reply.body}`);
  }
}

function stringsOf({ body }: RawReply): Readonly<Record<string, string>> {
  return JSON.parse(body) as Record<string, string>;
}
