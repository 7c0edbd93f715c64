import { expect, test } from "bun:test";
import type { RoleSpec } from "../../src/roles/role-spec.ts";
import type { Session } from "../../src/aws/credentials.ts";
import type { Config } from "../../src/config/schema.ts";
import { createImdsView, imdsView } from "../../src/daemon/imds-view.ts";
import { NOW, configOf, liveSession, roleSpec } from "./fakes.ts";

type Moment = { spec: RoleSpec; session: Session | undefined; config: Config; now: Date };

const FIRST: Moment = { spec: roleSpec(), session: liveSession(), config: configOf(), now: NOW };

test.each<[string, Partial<Moment>]>([
  ["nothing", {}],
  ["the role", { spec: roleSpec({ region: "us-east-1" }) }],
  ["the session", { session: liveSession({ accountId: "444455556666" }) }],
  ["the session's end", { session: undefined }],
  ["the configuration", { config: configOf({ imds: { availability_zone: "eu-central-1c" } }) }],
  ["the time", { now: new Date("2026-01-01T00:10:00Z") }],
])("what changed since the last request shows: %s", (_title, change) => {
  const view = createImdsView();
  for (const { spec, session, config, now } of [FIRST, { ...FIRST, ...change }, FIRST]) {
    const served = { spec, session, state: undefined };
    expect(view(served, config, now)).toEqual(imdsView(served, config, now));
  }
});

test("no role is served after one was", () => {
  const view = createImdsView();
  view({ spec: FIRST.spec, session: FIRST.session, state: undefined }, FIRST.config, NOW);
  expect(view(undefined, FIRST.config, NOW)).toEqual(imdsView(undefined, FIRST.config, NOW));
});
