// The accounts and roles that a sign-in offers, as `roles` and the list of `use` show them.
import { describe, expect, test } from "bun:test";
import { DEMO_ROLES } from "../../src/demo/world.ts";
import { requireTools } from "../support/require-tools.ts";
import { SSO_CONFIG, type SsoWorld, ssoWorld } from "../support/sso-world.ts";
import { openTerminal } from "../support/terminal.ts";
import { freePort } from "../support/world.ts";

describe.skipIf(!requireTools(["curl"]))("roles", () => {
  const PAIRS = ["111122223333/Developer", "111122223333/ReadOnly", "222233334444/ReadOnly"];
  const names = async (world: SsoWorld, ...words: string[]) => {
    const { stdout, stderr } = await world.as(["roles", "--json", ...words]);
    return { pairs: (JSON.parse(stdout) as string[]).filter((name) => name.includes("/")), stderr };
  };

  test("a table by the name of a pair is one role, in the list and where one chooses", async () => {
    const config = `${SSO_CONFIG}[roles."222233334444/ReadOnly"]\nrole_arn = "${DEMO_ROLES.readOnly}"\nprotected = true\n`;
    await using world = await ssoWorld({ config });
    await world.as(["login"]);
    await world.as(["serve", "--background", "--no-redirect", "--port", String(freePort())]);
    expect((await names(world)).pairs.toSorted()).toEqual(PAIRS);
    await using terminal = openTerminal([world.binary, "use"], world.env, world.folder);
    await terminal.untilShown("6 of 6");
    expect(terminal.screen().match(/222233334444\/ReadOnly +222233334444.*/g)).toEqual([
      expect.stringContaining("[protected]"),
    ]);
  });

  test("lists the pairs, asks once a day, and anew by --refresh", async () => {
    await using world = await ssoWorld();
    expect(await names(world)).toEqual({ pairs: [], stderr: expect.stringContaining("metacred login corp") });
    await world.as(["login"]);
    expect(await names(world)).toEqual({ pairs: PAIRS, stderr: "" });
    await names(world);
    expect(await world.aws({ do: "count", action: "ListAccounts" })).toBe(1);
    await names(world, "--refresh");
    expect(await world.aws({ do: "count", action: "ListAccounts" })).toBe(2);
    expect((await world.as(["__complete", "roles"])).stdout.split("\n")).toEqual(expect.arrayContaining(PAIRS));
    await world.as(["logout"]);
    expect((await names(world, "--refresh")).pairs).toEqual(PAIRS);
  });
});
