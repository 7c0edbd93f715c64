// A second factor: one GetSessionToken for each device and pair of keys, whichever roles want it.
import { describe, expect, test } from "bun:test";
import { startMockAws } from "../../src/demo/mock-aws.ts";
import { DEMO_ROLES, DEMO_USER } from "../../src/demo/world.ts";
import { failureOf } from "../support/failure.ts";
import { manualClock } from "../support/manual-clock.ts";
import { scratchAws } from "../support/scratch-aws.ts";
import { KEYS_FILE, NEVER, role, sourceOf } from "./scene.ts";

const SERIAL = DEMO_USER.mfa?.serial ?? "";
const GUARDED = role({
  name: "guarded",
  steps: [{ roleArn: DEMO_ROLES.guarded, sessionName: "ann", durationSeconds: 3600 }],
  mfa: { serial: SERIAL },
});
const OTHER = role({ name: "other", mfa: { serial: SERIAL } });
const NEEDS = { message: `a code of the MFA device ${SERIAL} is needed`, exit: 4 };

describe("a role that names a device", () => {
  test("without a code: nothing is asked of AWS, and it says what to type", async () => {
    await using aws = startMockAws();
    using _files = scratchAws({ url: aws.url, credentials: KEYS_FILE });
    const error = await sourceOf()
      .fetch(GUARDED, NEVER)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ ...NEEDS, needs: { kind: "mfa", device: SERIAL } });
    expect((error as { hint: string }).hint).toContain("metacred use guarded");
    expect(aws.calls).toEqual([]);
  });

  test("one code: GetSessionToken once, every role of the device from it, however often they are refreshed", async () => {
    await using aws = startMockAws();
    using _files = scratchAws({ url: aws.url, credentials: KEYS_FILE });
    const source = sourceOf();
    await source.signIn(GUARDED, "111111", NEVER);
    for (let round = 0; round < 3; round++) {
      const session = await source.fetch(GUARDED, NEVER);
      expect(session.arn).toBe("arn:aws:sts::111122223333:assumed-role/Guarded/ann");
      await source.fetch(OTHER, NEVER);
    }
    expect([aws.count("GetSessionToken"), aws.count("AssumeRole")]).toEqual([1, 6]);
    const asked = aws.calls.find(({ action }) => action === "GetSessionToken")?.parameters;
    expect(asked).toMatchObject({ SerialNumber: SERIAL, TokenCode: "111111" });
    expect(aws.calls.filter(({ parameters }) => "TokenCode" in parameters).length).toBe(1);
  });

  test("other keys with the same device share nothing", async () => {
    const bob = { ...DEMO_USER, name: "bob", accessKeyId: "AKIAMETACREDDEMO0002" };
    await using aws = startMockAws({ users: [DEMO_USER, bob] });
    const second = KEYS_FILE.replace("[corp]", "[bob]").replace(DEMO_USER.accessKeyId, bob.accessKeyId);
    using _files = scratchAws({ url: aws.url, credentials: `${KEYS_FILE}\n${second}` });
    const source = sourceOf();
    await source.signIn(GUARDED, "111111", NEVER);
    const ofBob = { ...GUARDED, base: { kind: "profile", profile: "bob", identity: "bob" } as const };
    expect(await failureOf(() => source.fetch(ofBob, NEVER))).toMatchObject(NEEDS);
  });

  test("after the session's twelve hours a person is needed again", async () => {
    const clock = manualClock(new Date().toISOString());
    await using aws = startMockAws({ now: () => clock.now() });
    using _files = scratchAws({ url: aws.url, credentials: KEYS_FILE });
    const source = sourceOf(clock);
    await source.signIn(GUARDED, "111111", NEVER);
    clock.jump(12 * 3_600_000 - 61_000);
    await source.fetch(GUARDED, NEVER);
    clock.jump(2000);
    expect(await failureOf(() => source.fetch(GUARDED, NEVER))).toMatchObject(NEEDS);
  });

  test("keys served as they are, with a device: the session is theirs, and is renewed while clients can still use it", async () => {
    const clock = manualClock(new Date().toISOString());
    await using aws = startMockAws({ now: () => clock.now() });
    using _files = scratchAws({ url: aws.url, credentials: KEYS_FILE });
    const source = sourceOf(clock);
    const keys = role({ name: "corp", steps: [], mfa: { serial: SERIAL } });
    await source.signIn(keys, "111111", NEVER);
    expect(await source.fetch(keys, NEVER)).toMatchObject({
      arn: "arn:aws:iam::111122223333:user/alice",
      accountId: "111122223333",
    });
    expect(aws.count("GetSessionToken")).toBe(1);
    clock.jump(11.6 * 3_600_000);
    expect(await failureOf(() => source.fetch(keys, NEVER))).toMatchObject(NEEDS);
  });
});

describe("codes that do not do", () => {
  test.each(["", "12345", "1234567", "abcdef", "12 345"])(
    "%j is no code: nothing is asked, nothing repeated",
    async (code) => {
      await using aws = startMockAws();
      using _files = scratchAws({ url: aws.url, credentials: KEYS_FILE });
      const { message, exit } = await failureOf(() => sourceOf().signIn(GUARDED, code, NEVER));
      expect([message, exit]).toEqual([`a code of ${SERIAL} has six digits`, 4]);
      expect(aws.calls).toEqual([]);
    },
  );

  test("a wrong one, and one that was used already", async () => {
    await using aws = startMockAws();
    using _files = scratchAws({ url: aws.url, credentials: KEYS_FILE });
    const source = sourceOf();
    const refused = { message: `AWS did not accept the code of ${SERIAL}`, exit: 4 };
    expect(await failureOf(() => source.signIn(GUARDED, "999999", NEVER))).toMatchObject(refused);
    await source.signIn(GUARDED, "111111", NEVER);
    expect(await failureOf(() => source.signIn(GUARDED, "111111", NEVER))).toMatchObject(refused);
    expect((await source.fetch(GUARDED, NEVER)).credentials.accessKeyId).toStartWith("ASIA");
  });

  test("a base that is a session already", async () => {
    await using aws = startMockAws();
    const token = KEYS_FILE.concat("aws_session_token = t\n");
    using _files = scratchAws({ url: aws.url, credentials: token });
    const { message, exit } = await failureOf(() => sourceOf().fetch(GUARDED, NEVER));
    expect([message, exit]).toEqual([`"guarded" names the MFA device ${SERIAL}, but its base is a session already`, 2]);
  });
});

describe("mfa_process", () => {
  const withProcess = (process: string) => ({ ...GUARDED, mfa: { serial: SERIAL, process } });

  test("is run once for all who wait, and again when its session ends", async () => {
    const clock = manualClock(new Date().toISOString());
    await using aws = startMockAws({ now: () => clock.now() });
    using files = scratchAws({ url: aws.url, credentials: KEYS_FILE });
    const codes = files.file("codes", "111111\n222222\n");
    // Prints the first line of the file and takes it away.
    const process = `head -n 1 ${codes}; sed -i 1d ${codes}; echo run >> ${codes}.runs`;
    const source = sourceOf(clock);
    await Promise.all(Array.from({ length: 5 }, () => source.fetch(withProcess(process), NEVER)));
    expect([aws.count("GetSessionToken"), await Bun.file(`${codes}.runs`).text()]).toEqual([1, "run\n"]);
    clock.jump(12 * 3_600_000);
    await source.fetch(withProcess(process), NEVER);
    expect(aws.count("GetSessionToken")).toBe(2);
  });

  test.each([
    ["exit 3", /^no code from .*: mfa_process exited with 3$/],
    ["echo not a code", /has six digits$/],
    ["true", /has six digits$/],
  ])("%j: in words, and a person may give the code", async (process, message) => {
    await using aws = startMockAws();
    using _files = scratchAws({ url: aws.url, credentials: KEYS_FILE });
    const source = sourceOf();
    const failure = await failureOf(() => source.fetch(withProcess(process), NEVER));
    expect(failure.message).toMatch(message);
    expect(failure.exit).toBe(4);
    await source.signIn(withProcess(process), "111111", NEVER);
    expect((await source.fetch(withProcess(process), NEVER)).arn).toContain("Guarded");
  });
});
