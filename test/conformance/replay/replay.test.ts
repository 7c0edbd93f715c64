import { describe, expect, test } from "bun:test";
import type { ImdsAnswer } from "../../../src/imds/message.ts";
import { ownImds } from "../own-imds.ts";
import { replay } from "./replay.ts";
import { SEQUENCES, type Step } from "./sequences.ts";

const portOf = (endpoint: string) => Number(new URL(endpoint).port);
const failureOf = (task: Promise<unknown>) => task.then(() => "it can use that", String);
const firstWay = (id: string): readonly Step[] => {
  const way = SEQUENCES.find((one) => one.id === id)?.credentials[0];
  if (way === undefined) throw new Error(`no sequence called ${id}`);
  return way;
};

test.each(SEQUENCES.map((one) => [one.name, one] as const))("%s gets credentials", async (_, { credentials }) => {
  await using imds = ownImds();
  for (const way of credentials) {
    expect((await replay(portOf(imds.endpoint), way)).accessKeyId).toBe("ASIAFIRST");
  }
});

const WITH_REGION = SEQUENCES.flatMap(({ name, region }) => (region === undefined ? [] : [[name, region] as const]));

test.each(WITH_REGION)("%s gets the region", async (_, region) => {
  await using imds = ownImds();
  expect((await replay(portOf(imds.endpoint), region)).region).toBe("us-west-2");
});

describe("what these clients could not use is told from what they can", () => {
  const change = (part: string, changed: (answer: ImdsAnswer) => ImdsAnswer) =>
    ownImds({ wrong: ({ target }, right) => (target.includes(part) ? changed(right()) : right()) });

  test("a role's name with a newline (PHP, Swift)", async () => {
    await using imds = change("-extended/", (answer) => ({ ...answer, body: `${String(answer.body)}\n` }));
    expect(await failureOf(replay(portOf(imds.endpoint), firstWay("swift")))).toContain("not one word alone");
  });

  test("a token without its lifetime (Ruby)", async () => {
    await using imds = change("/api/token", (answer) => ({ ...answer, headers: [] }));
    expect(await failureOf(replay(portOf(imds.endpoint), firstWay("ruby")))).toContain("lifetime is not told");
  });

  test("no list without its slash (C++)", async () => {
    const wrong = ({ target }: { target: string }, right: () => ImdsAnswer) =>
      target.endsWith("/security-credentials") ? { status: 404 } : right();
    await using imds = ownImds({ wrong });
    expect(await failureOf(replay(portOf(imds.endpoint), firstWay("cpp")))).toContain("404");
  });

  test("no iam/info (.NET)", async () => {
    await using imds = change("/iam/info", () => ({ status: 404 }));
    expect(await failureOf(replay(portOf(imds.endpoint), firstWay("dotnet")))).toContain("404");
  });

  test("a listing that names what is not there (cloud-init)", async () => {
    await using imds = change("/placement", (answer) => (answer.body === "us-west-2" ? { status: 404 } : answer));
    expect(await failureOf(replay(portOf(imds.endpoint), firstWay("cloud-init")))).toContain("placement/region: 404");
  });
});
