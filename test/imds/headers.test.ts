import { expect, test } from "bun:test";
import { createWorld } from "./world.ts";

const ROOT = "/latest/meta-data/iam/security-credentials";

// By which the HTTP server knows an answer that it has rendered already.
test("the list of roles and their credentials, asked for by turns, have the same headers each time", () => {
  const world = createWorld();
  const ask = (method: string, target: string, name: string, value: string) =>
    world.imds(
      {
        method,
        target,
        version: "1.1",
        headers: [
          ["host", "169.254.169.254"],
          [name, value],
        ],
        body: new Uint8Array(0),
      },
      world.caller,
    );
  const token = String(ask("PUT", "/latest/api/token", "x-aws-ec2-metadata-token-ttl-seconds", "60").body);
  const headersOf = (target: string) => ask("GET", target, "x-aws-ec2-metadata-token", token).headers;
  const [list, credentials] = [headersOf(`${ROOT}/`), headersOf(`${ROOT}/metacred`)];
  expect(list).not.toEqual(credentials);
  expect(headersOf(`${ROOT}/`)).toBe(list);
  expect(headersOf(`${ROOT}/metacred`)).toBe(credentials);
});
