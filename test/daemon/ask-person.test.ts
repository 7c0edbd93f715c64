import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { ssoKey } from "../../src/aws/sso-session.ts";
import { configSchema } from "../../src/config/schema.ts";
import { askPerson, personAnswered } from "../../src/daemon/ask-person.ts";
import { noticeCommand } from "../../src/sys/desktop-notice.ts";
import { CliError } from "../../src/errors.ts";
import { resolvePaths } from "../../src/paths.ts";
import type { BaseSpec } from "../../src/roles/role-spec.ts";
import { lockedError } from "../../src/secrets/secret-store.ts";
import { CORP } from "../sso/sso-scene.ts";
import { fakeDesktop } from "../support/fake-desktop.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { untilTrue } from "../support/until.ts";

const BASE: BaseSpec = { kind: "sso", session: CORP, word: "corp", accountId: "1", roleName: "Dev" };
const EXPIRED = new CliError('the SSO session "corp" has expired', { hint: "metacred login corp", exit: 4 });

function desk(config: object = {}) {
  const folder = scratchFolder();
  const { PATH, notices, settled } = fakeDesktop(folder.file);
  const env = { PATH };
  const paths = resolvePaths({ env, platform: "linux", home: folder.path });
  const person = { env, platform: "linux", paths } as const;
  return {
    paths,
    ask: (base: BaseSpec = BASE, error = EXPIRED) => askPerson(base, error, v.parse(configSchema, config), person),
    asked: () => existsSync(join(paths.stateDir, `asked-${ssoKey(CORP)}`)),
    notices,
    settled,
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

test("said once, until somebody has signed in", async () => {
  using it = desk();
  for (let times = 0; times < 5; times++) it.ask();
  await untilTrue("a notice came", () => it.notices().length > 0);
  personAnswered(ssoKey(CORP), it.paths.stateDir);
  it.ask();
  await untilTrue("another one came", () => it.notices().length === 2);
  expect(it.notices()[0]).toBe('the SSO session "corp" has expired: metacred login corp');
});

test("a profile of aws login is a sign-in of its own", async () => {
  using it = desk();
  const base: BaseSpec = { kind: "profile", profile: "p", identity: "i", login: true };
  const ended = new CliError("it has ended", { hint: "aws login --profile p", exit: 4 });
  for (let times = 0; times < 3; times++) it.ask(base, ended);
  it.ask();
  await untilTrue("both were said", () => it.notices().length === 2);
  expect(it.notices().toSorted()[0]).toBe("it has ended: aws login --profile p");
});

test("not on the desktop where it is not wished", async () => {
  using it = desk({ notify: { desktop: false } });
  it.ask();
  expect(await it.settled()).toEqual([]);
});

test.each<[string, object, BaseSpec, CliError]>([
  ["where AWS is only down", {}, BASE, new CliError("AWS is down")],
  ["where no sign-in helps", {}, { kind: "environment" }, EXPIRED],
])("not said %s", (_title, config, base, error) => {
  using it = desk(config);
  it.ask(base, error);
  expect(it.asked()).toBe(false);
});

test("a keychain to be unlocked is said, and is nothing that a sign-in helps", async () => {
  using it = desk();
  it.ask(BASE, lockedError("is locked"));
  await untilTrue("a notice came", () => it.notices().length > 0);
  expect(it.notices()[0]).toStartWith("the keychain is locked: unlock");
  expect(it.asked()).toBe(false);
});

test("the words are never part of a script", () => {
  const words = '" & (do shell script "reboot") & "';
  expect(noticeCommand(words, "darwin")?.at(-1)).toBe(words);
  expect(noticeCommand(words, "darwin")?.[2]).not.toContain("reboot");
  expect(noticeCommand(words, "win32")).toBeUndefined();
});
