// The daemon's inside over the mock AWS, with a user's files.
import type { Context } from "../../src/context.ts";
import { createCore } from "../../src/daemon/core.ts";
import { DEMO_ROLES } from "../../src/demo/world.ts";
import { resolvePaths } from "../../src/paths.ts";
import { systemClock } from "../../src/sys/clock.ts";
import { type AwsScene, awsScene } from "../sources/aws-scene.ts";
import { keptLog } from "./fakes.ts";

export const CORE_CONFIG = `base = "corp"
region = "eu-central-1"
[roles.dev]
role_arn = "${DEMO_ROLES.developer}"
[roles.ro]
role_arn = "${DEMO_ROLES.readOnly}"
[roles.forbidden]
role_arn = "${DEMO_ROLES.forbidden}"
`;

export function contextOf({ files }: AwsScene): Context {
  return {
    env: process.env,
    platform: process.platform,
    uid: process.getuid?.() ?? -1,
    user: "ann",
    host: "desk",
    home: files.path,
    cwd: files.path,
    paths: resolvePaths({ env: process.env, platform: process.platform, home: files.path }),
    clock: systemClock,
    interactive: false,
    colour: false,
  };
}

export function coreScene(config = CORE_CONFIG) {
  const it = awsScene();
  it.files.file(".config/metacred/config.toml", config);
  const { log, lines } = keptLog();
  const core = createCore(contextOf(it), log, undefined);
  return {
    ...it,
    core,
    log,
    lines,
    async [Symbol.asyncDispose]() {
      core.sessions.stop();
      await it[Symbol.asyncDispose]();
    },
  };
}
