import { expect, test } from "bun:test";
import type { SsoPortal } from "../../src/aws/sso-portal.ts";
import { createRoleLists } from "../../src/sso/role-lists.ts";
import { manualClock } from "../support/manual-clock.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { CORP } from "./sso-scene.ts";

const DEV = { accountId: "1", roleName: "Dev" };
const HOUR_MS = 3_600_000;

/** A portal with one account; notes what it is asked. */
function scene(folder: string, clock = manualClock()) {
  const asked: string[] = [];
  const tokens: string[] = [];
  let refused = 0;
  const answer = <T>(what: string, token: string, value: T): T => {
    asked.push(what);
    tokens.push(token);
    if (refused-- > 0) throw Object.assign(new Error("no"), { name: "UnauthorizedException", $fault: "client" });
    return value;
  };
  const portal: Pick<SsoPortal, "accounts" | "roles"> = {
    accounts: async (_region, token) => answer("accounts", token, [{ accountId: "1", accountName: "one" }]),
    roles: async (_region, token, accountId) => answer(`roles ${accountId}`, token, accountId === "1" ? ["Dev"] : []),
  };
  const keeper = { access: async () => "first", replace: async () => "second" };
  const lists = createRoleLists({ portal, keeper, clock, stateDir: folder });
  return { clock, asked, tokens, lists, refuse: (times: number) => void (refused = times) };
}

test("the whole list is asked for once a day, by whichever process", async () => {
  using folder = scratchFolder();
  const { clock, asked, lists } = scene(folder.path);
  expect(await lists.all(CORP, "corp", false)).toEqual([DEV]);
  await scene(folder.path, clock).lists.all(CORP, "corp", false);
  await clock.advance(23 * HOUR_MS);
  await lists.all(CORP, "corp", false);
  expect(asked).toEqual(["accounts", "roles 1"]);
  await clock.advance(HOUR_MS);
  await lists.all(CORP, "corp", false);
  expect(asked).toHaveLength(4);
  await lists.all(CORP, "corp", true);
  expect(asked).toHaveLength(6);
});

test("a pair that was offered once is known without a question, and is not the whole list", async () => {
  using folder = scratchFolder();
  const { asked, lists } = scene(folder.path);
  expect([await lists.offers(CORP, "corp", DEV), await lists.offers(CORP, "corp", DEV)]).toEqual([true, true]);
  expect(asked).toEqual(["roles 1"]);
  await lists.all(CORP, "corp", false);
  expect(asked).toEqual(["roles 1", "accounts", "roles 1"]);
});

test("one that is not offered is asked for each time", async () => {
  using folder = scratchFolder();
  const { asked, lists } = scene(folder.path);
  const other = { accountId: "2", roleName: "Dev" };
  expect([await lists.offers(CORP, "corp", other), await lists.offers(CORP, "corp", other)]).toEqual([false, false]);
  expect(asked).toEqual(["roles 2", "roles 2"]);
});

test("a token that the portal refuses is replaced once", async () => {
  using folder = scratchFolder();
  const { tokens, lists, refuse } = scene(folder.path);
  refuse(1);
  expect(await lists.offers(CORP, "corp", DEV)).toBe(true);
  expect(tokens).toEqual(["first", "second"]);
});

test("a damaged file is no list", async () => {
  using folder = scratchFolder();
  const { lists } = scene(folder.path);
  await lists.all(CORP, "corp", false);
  for (const text of ["{", '{"fetchedAt":"soon","roles":[]}']) {
    const [name = ""] = [...new Bun.Glob("sso-roles-*.json").scanSync(folder.path)];
    folder.file(name, text);
    expect(lists.kept(CORP)).toEqual([]);
  }
});
