// A mock AWS, AWS files, and the sources over both, as the daemon puts them together.
import { createAwsTime } from "../../src/aws/aws-time.ts";
import { createAwsHandler } from "../../src/aws/http-handler.ts";
import { createOutbound } from "../../src/aws/outbound.ts";
import { createSts } from "../../src/aws/sts.ts";
import { type MockAws, type MockAwsOptions, startMockAws } from "../../src/demo/mock-aws.ts";
import { DEMO_USER } from "../../src/demo/world.ts";
import { type BaseSource, createBaseSource } from "../../src/sources/base.ts";
import { rememberProfiles } from "../../src/sources/profile-memory.ts";
import { type SessionSource, createSessionSource } from "../../src/sources/role-session.ts";
import type { AssumeStep } from "../../src/aws/assume-step.ts";
import type { RoleSpec } from "../../src/roles/role-spec.ts";
import { systemClock } from "../../src/sys/clock.ts";
import { type ScratchAws, keysSection, scratchAws } from "../support/scratch-aws.ts";
import { type SsoScene, ssoScene } from "../sso/sso-scene.ts";

export type AwsScene = AsyncDisposable & {
  aws: MockAws;
  files: ScratchAws;
  sso: SsoScene;
  base: BaseSource;
  fetch: SessionSource["fetch"];
};

export type SceneFiles = { config?: string; credentials?: string };

export const REGION = "eu-central-1";
export const NEVER = new AbortController().signal;
export const ALICE_ARN = "arn:aws:iam::111122223333:user/alice";

/** Without files: the profile `corp` with alice's keys. */
export function awsScene(given: SceneFiles = {}, mock: MockAwsOptions = {}): AwsScene {
  const aws = startMockAws(mock);
  const { config = "", credentials = keysSection("corp", DEMO_USER) } = given;
  const files = scratchAws({ config, credentials, url: aws.url });
  const send = createOutbound({ env: process.env });
  const handler = createAwsHandler(process.env);
  const sts = createSts(handler, systemClock);
  const sso = ssoScene({ home: files.path, clock: systemClock });
  const base = createBaseSource({
    env: process.env,
    sts,
    handler,
    send,
    clock: systemClock,
    profiles: rememberProfiles(process.env, systemClock),
    sso: { portal: sso.portal, keeper: sso.keeper },
    secrets: sso.store,
  });
  return {
    aws,
    files,
    sso,
    base,
    fetch: createSessionSource({ sts, base, clock: systemClock, time: createAwsTime(systemClock) }).fetch,
    async [Symbol.asyncDispose]() {
      files[Symbol.dispose]();
      await aws.stop();
    },
  };
}

export function profile(name: string, steps: readonly AssumeStep[] = []): RoleSpec {
  return { name, base: { kind: "profile", profile: name, identity: "" }, steps, region: REGION };
}

export function assume(roleArn: string, durationSeconds = 3600): AssumeStep {
  return { roleArn, sessionName: "ann-desk", durationSeconds };
}

export function secondsLeft({ expiration }: { expiration: Date | undefined }): number {
  return Math.round(((expiration?.getTime() ?? 0) - Date.now()) / 1000);
}
