// A daemon's status as it would send it, and what a test changes of it.
import type { RoleStatus, Status } from "../../src/daemon/protocol.ts";

export const SAMPLE_ROLE: RoleStatus = {
  name: "dev",
  arn: "arn:aws:iam::111122223333:role/Developer",
  account_id: "111122223333",
  region: "eu-central-1",
  obtained_at: "2026-01-01T00:00:00.000Z",
  expiration: "2026-01-01T01:00:00.000Z",
  advertised_expiration: "2026-01-01T00:16:00.000Z",
  next_refresh_at: "2026-01-01T00:35:00.000Z",
  limited_by_upstream: false,
  protected: false,
};

export function sampleStatus(change: Partial<Status> = {}): Status {
  return {
    schema: 1,
    version: "0.0.0-dev",
    pid: 4711,
    started_at: "2026-01-01T00:00:00.000Z",
    state: "serving",
    role: SAMPLE_ROLE,
    previous_role: null,
    temporary: null,
    recent_roles: [],
    base: "profile corp",
    endpoints: { imds: "http://169.254.169.254/", endpoint: "http://127.0.0.1:25772/" },
    redirect: { method: "nft", healthy: true, checked_at: "2026-01-01T00:00:03.000Z" },
    refusals: {},
    last_refusal: null,
    containers: null,
    last_error: null,
    ...change,
  };
}
