// What CLI and daemon say to each other: JSON over HTTP/1.1 on the control socket. Only grows: `status` and `stop`
// must work between any two versions, so fields are never renamed and readers ignore what they do not know.
import type { RedirectTool } from "../redirect/plan.ts";

export const PATHS = {
  status: "/v1/status",
  stop: "/v1/stop",
  use: "/v1/use",
  credentials: "/v1/credentials",
  container: "/v1/container",
  callers: "/v1/callers",
  mfa: "/v1/mfa",
  signedIn: "/v1/signed-in",
  signedOut: "/v1/signed-out",
  netPlan: "/v1/net/plan",
  netUp: "/v1/net/up",
  netDown: "/v1/net/down",
} as const;

/** Instants are ISO 8601 in UTC. `schema` rises only when the meaning of a field changes. */
export type Status = {
  schema: 1;
  version: string;
  pid: number;
  started_at: string;
  /**
   * `serving`: a fresh SDK gets the role. `idle`: `use none`. Nothing valid to serve until a person acts: `needs-login`
   * where they must sign in, by the command in last_error.hint, `needs-mfa` where they must give a code. `waiting`:
   * nothing valid to serve for any other reason, see last_error.
   */
  state: "serving" | "idle" | "waiting" | "needs-login" | "needs-mfa";
  role: RoleStatus | null;
  previous_role: string | null;
  /** A switch that ends by itself: `use --for`, or `revert_after` of a protected role. */
  temporary: { until: string; back_to: string } | null;
  /** Names that were used, the latest first. */
  recent_roles: string[];
  base: string | null;
  endpoints: { imds: string | null; imds_ipv6?: string | null; endpoint: string };
  redirect: {
    method: RedirectTool | "none";
    healthy: boolean;
    checked_at: string | null;
    /** `ended`: nobody repairs or removes the rules any more. Null without a redirect; older daemons do not tell. */
    root_part?: "running" | "ended" | null;
  };
  refusals: Record<string, number>;
  /** `uid`: null where the kernel could not tell whose request it was. */
  last_refusal: { reason: string; uid: number | null; container?: boolean; at: string } | null;
  last_error: { message: string; hint: string | null; at: string; exit: number } | null;
  /** Null where containers are refused. */
  containers?: ContainersStatus | null;
  /** What a person has to give, also while the role is still served. Absent from older daemons, like what follows. */
  needs?: NeedAnswer | null;
  /** What there is to know about the role's sessions, such as that AWS grants shorter ones. */
  notes?: string[];
  /** How far this machine's clock is ahead of AWS; null until AWS has answered. */
  clock_skew_seconds?: number | null;
};

/** `addresses`: of the bridges at which containers are listened to. */
export type ContainersStatus = {
  role: string | null;
  expiration: string | null;
  last_error: string | null;
  addresses: string[];
};

export type NeedAnswer = { kind: "mfa"; device: string };

export type RoleStatus = {
  name: string;
  arn: string | null;
  account_id: string | null;
  region: string | null;
  obtained_at: string | null;
  expiration: string | null;
  advertised_expiration: string | null;
  next_refresh_at: string | null;
  limited_by_upstream: boolean;
  protected: boolean;
};

/** How `use` is meant: `granted` says that a person has agreed to a protected role. */
export type UseWish = { granted?: boolean; forSeconds?: number | undefined; mfaCode?: string | undefined };

export type UseAnswer = {
  status: Status;
  warnings: string[];
  /** The longest that a running program was told it may keep what it had; null where it had nothing. */
  follow_seconds?: number | null;
};

/** `up`: nothing to do. `offered`: the pipe was opened, root's part is to be started with its other end as stdin. */
export type NetPlanAnswer =
  | { state: "up" }
  | { state: "planned" | "offered"; plan: { argv: readonly string[]; summary: string } };

/** `undone`: root's part said that it has removed everything. */
export type NetAnswer = { status: Status; undone?: boolean };

/** Commands that hand out credentials themselves. */
export const HAND_OUTS = ["env", "credential-process", "exec", "console"] as const;
export type HandOut = (typeof HAND_OUTS)[number];

/** `command`: the one that hands them out; `granted` as in `UseWish`; `within`: whose credential_process it is part of. */
export type CredentialsWish = {
  command: HandOut;
  granted?: boolean | undefined;
  within?: readonly string[] | undefined;
};

/** As `credential_process` wants them, and the ARN beside. */
export type CredentialsAnswer = {
  access_key_id: string;
  secret_access_key: string;
  session_token: string;
  expiration: string | null;
  account_id: string | null;
  region: string | null;
  /** Older daemons do not tell it. */
  partition?: string;
};

/** Where a program finds the credentials of one role for as long as the daemon runs, and what it must show there. */
export type ContainerAnswer = {
  url: string;
  /** Null where the address alone is enough, as at ECS. */
  token: string | null;
  region: string | null;
  /** In which form a program is to be told; older daemons know the first alone. */
  endpoint?: "loopback" | "ecs" | "eks";
  /** Holds the token, for `eks`. */
  token_file?: string | null;
};

/** A process that asked. Never what it was started with: that may hold a secret. */
export type CallerAnswer = {
  /** Null, as what follows, where it was gone before it could be looked at, or is another user's. */
  pid: number | null;
  program: string | null;
  exe: string | null;
  uid: number | null;
  /** The address of a container on a network of its own. */
  container: string | null;
  /** The role whose credentials it got last. */
  role: string | null;
  /** What it had hand them out to it; null where it asked itself. Older daemons do not tell it. */
  command?: HandOut | null;
  /** Why its last request was refused. */
  refused: string | null;
  requests: number;
  first_seen: string;
  last_seen: string;
};

/** The latest last. `sequence` asks for what is new since then. */
export type CallersAnswer = { sequence: number; callers: CallerAnswer[] };

/** The body of every answer that is not 200. */
export type ErrorAnswer = {
  error: { message: string; hint: string | null; exit: number; confirm?: string; needs?: NeedAnswer };
};
