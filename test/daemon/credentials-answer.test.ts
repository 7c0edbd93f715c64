import { expect, test } from "bun:test";
import { credentialsAnswer, endingBy } from "../../src/daemon/credentials-answer.ts";
import { liveSession, roleSpec } from "./fakes.ts";

test("a session as the control socket carries it, with its real expiry", () => {
  expect(credentialsAnswer(roleSpec(), liveSession())).toEqual({
    access_key_id: "ASIA",
    secret_access_key: "s",
    session_token: "t",
    expiration: "2026-01-01T01:00:00.000Z",
    account_id: "111122223333",
    region: "eu-central-1",
    partition: "aws",
  });
});

test("the partition is the ARN's, else the region's", () => {
  const partitionOf = (arn: string | undefined, region: string) =>
    credentialsAnswer(roleSpec({ steps: [], region }), liveSession({ arn })).partition;
  expect(partitionOf("arn:aws-us-gov:sts::111122223333:assumed-role/X/y", "eu-central-1")).toBe("aws-us-gov");
  expect(partitionOf(undefined, "cn-north-1")).toBe("aws-cn");
});

test("what is not known is null", () => {
  const session = liveSession({ expiration: undefined, accountId: undefined });
  expect(credentialsAnswer(roleSpec({ region: undefined }), session)).toMatchObject({
    expiration: null,
    account_id: null,
    region: null,
  });
});

test.each([
  ["2026-01-01T00:30:00Z", "2026-01-01T00:30:00.000Z"],
  ["2026-01-01T02:00:00Z", "2026-01-01T01:00:00.000Z"],
  [undefined, "2026-01-01T01:00:00.000Z"],
])("an agreement that ends at %p: its credentials end at %p", (end, expiration) => {
  const session = endingBy(end === undefined ? undefined : new Date(end), liveSession());
  expect(credentialsAnswer(roleSpec(), session).expiration).toBe(expiration);
});
