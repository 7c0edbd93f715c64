// A role's way from its base to a session, against the mock AWS over HTTP, with the parts that the daemon is made of.
import { createAwsTime } from "../../src/aws/aws-time.ts";
import { createAwsHandler } from "../../src/aws/http-handler.ts";
import { createOutbound } from "../../src/aws/outbound.ts";
import { createSts } from "../../src/aws/sts.ts";
import { DEMO_ROLES, DEMO_USER } from "../../src/demo/world.ts";
import type { RoleSpec } from "../../src/roles/role-spec.ts";
import { createBaseSource } from "../../src/sources/base.ts";
import { rememberProfiles } from "../../src/sources/profile-memory.ts";
import { type SessionSource, createSessionSource } from "../../src/sources/role-session.ts";
import { type Clock, systemClock } from "../../src/sys/clock.ts";
import { ssoScene } from "../sso/sso-scene.ts";
import { keysSection } from "../support/scratch-aws.ts";

export const REGION = "eu-central-1";
export const NEVER = new AbortController().signal;
export const KEYS_FILE = keysSection("corp", DEMO_USER);

/** A role of the profile `corp`, which holds alice's keys. */
export function role(rest: Partial<RoleSpec> = {}): RoleSpec {
  return {
    name: "dev",
    base: { kind: "profile", profile: "corp", identity: "corp" },
    steps: [{ roleArn: DEMO_ROLES.developer, sessionName: "ann-desk", durationSeconds: 3600 }],
    region: REGION,
    ...rest,
  };
}

/** Within `using files = scratchAws(…)`. */
export function sourceOf(clock: Clock = systemClock): SessionSource {
  const { env } = process;
  const handler = createAwsHandler(env);
  // Signed by the test's clock from the first call on.
  const skewMs = () => Date.now() - clock.now().getTime();
  const sts = createSts(handler, { ...clock, skewMs });
  const send = createOutbound({ env });
  const { portal, keeper, store } = ssoScene({ home: env["HOME"] ?? "", clock });
  const base = createBaseSource({
    env,
    sts,
    handler,
    send,
    clock,
    profiles: rememberProfiles(env, clock),
    sso: { portal, keeper },
    secrets: store,
  });
  return createSessionSource({ sts, base, clock, time: createAwsTime(clock) });
}
