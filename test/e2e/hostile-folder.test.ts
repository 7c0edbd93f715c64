// A Bun program would read bunfig.toml and .env of the folder it is started in. The compiled one must not.
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { testWorld } from "../support/world.ts";

test.each([[["--version"]], [["status"]], [["roles"]], [["serve", "--no-redirect", "--role", "nobody"]]])(
  "%j in a folder with a hostile bunfig.toml, .env, engine.js and package.json",
  async (words) => {
    await using world = await testWorld();
    const ran = join(world.folder, "ran");
    const evil = `require("node:fs").writeFileSync(${JSON.stringify(ran)}, "evil");`;
    const hostile = join(world.folder, "hostile");
    for (const name of ["evil.js", "engine.js", "engine.ts", "node_modules/citty/index.js"])
      world.file(`hostile/${name}`, evil);
    world.file("hostile/bunfig.toml", 'preload = ["./evil.js"]\n[run]\npreload = ["./evil.js"]\n');
    world.file(
      "hostile/.env",
      `METACRED_CONFIG=${hostile}/evil.toml\nAWS_PROFILE=evil\nBUN_OPTIONS=--preload=./evil.js\n`,
    );
    world.file("hostile/package.json", '{"main": "./evil.js", "type": "commonjs"}');
    world.file("hostile/tsconfig.json", '{"compilerOptions": {"paths": {"*": ["./evil.js"]}}}');
    const before = await world.metacred(words);
    const inside = await world.metacred(words, { cwd: hostile });
    expect(inside).toEqual(before);
    expect(existsSync(ran)).toBe(false);
  },
);
