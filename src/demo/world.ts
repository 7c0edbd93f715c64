// Who exists in the mock: users, roles and the keys that are alive. Knows nothing of HTTP or XML.
import type { MockBroker } from "./broker-service.ts";
import { mintKey, stableId } from "./key-material.ts";
import type { KeyMaterial } from "./key-material.ts";
import type { MockLogin } from "./signin-service.ts";

/** The user named `root` stands for the account itself, as its root keys do. */
export type MockUser = {
  name: string;
  accountId: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** `aws` where it is not said. */
  partition?: string;
  mfa?: MockDevice;
};

/** Shows one code after the other; each is good once. */
export type MockDevice = { serial: string; codes: readonly string[] };

export type MockRole = {
  arn: string;
  /** ARNs of users, roles, sessions or `…:root` for a whole account; `*`, the default, is everybody; none is nobody. */
  trusts?: readonly string[];
  externalId?: string;
  /** 3600 where it is not said, as in IAM. */
  maxSessionSeconds?: number;
  /** Lets nobody in who has not shown a code. */
  requiresMfa?: boolean;
};

export type Principal = {
  kind: "root" | "user" | "role";
  arn: string;
  userId: string;
  accountId: string;
  partition: string;
  mfa?: MockDevice;
  /** Of an assumed role: trust policies name the role, with its path, and not the session. */
  roleArn?: string;
};

/** A live access key. Temporary ones have a token and an end. */
export type Key = {
  accessKeyId: string;
  secretAccessKey: string;
  principal: Principal;
  session?: { token: string; expiresAt: Date; sourceIdentity?: string; mfa?: boolean };
};

export type World = {
  keys: Map<string, Key>;
  roles: ReadonlyMap<string, MockRole>;
  webIdentityTokens: ReadonlySet<string>;
  /** Serial number and code. */
  usedCodes: Set<string>;
  broker: MockBroker;
  /** By their refresh tokens. */
  logins: Map<string, MockLogin>;
};

const DEMO_ACCOUNT_ID = "111122223333";
const DEMO_OTHER_ACCOUNT_ID = "222233334444";

export const DEMO_USER: MockUser = {
  name: "alice",
  accountId: DEMO_ACCOUNT_ID,
  accessKeyId: "AKIAMETACREDDEMO0001",
  secretAccessKey: "not/a/real/secret/but/of/the/right/size/",
  mfa: { serial: `arn:aws:iam::${DEMO_ACCOUNT_ID}:mfa/alice`, codes: ["111111", "222222", "333333", "444444"] },
};

export const DEMO_ROLES = {
  developer: `arn:aws:iam::${DEMO_ACCOUNT_ID}:role/Developer`,
  readOnly: `arn:aws:iam::${DEMO_OTHER_ACCOUNT_ID}:role/ReadOnly`,
  forbidden: `arn:aws:iam::${DEMO_ACCOUNT_ID}:role/Forbidden`,
  guarded: `arn:aws:iam::${DEMO_ACCOUNT_ID}:role/Guarded`,
} as const;

const DEFAULT_ROLES: readonly MockRole[] = [
  { arn: DEMO_ROLES.developer, maxSessionSeconds: 43_200 },
  { arn: DEMO_ROLES.readOnly },
  { arn: DEMO_ROLES.forbidden, trusts: [] },
  { arn: DEMO_ROLES.guarded, requiresMfa: true },
];

export type WorldOptions = {
  users?: readonly MockUser[];
  roles?: readonly MockRole[];
  webIdentityTokens?: readonly string[];
  broker?: MockBroker;
};

export function createWorld(options: WorldOptions = {}): World {
  const users = options.users ?? [DEMO_USER];
  return {
    keys: new Map(users.map((user) => [user.accessKeyId, keyOfUser(user)])),
    roles: new Map((options.roles ?? DEFAULT_ROLES).map((role) => [role.arn, role])),
    webIdentityTokens: new Set(options.webIdentityTokens),
    usedCodes: new Set(),
    broker: options.broker ?? { offers: [] },
    logins: new Map(),
  };
}

function keyOfUser({ name, accountId, accessKeyId, secretAccessKey, partition = "aws", mfa }: MockUser): Key {
  const account = `arn:${partition}:iam::${accountId}`;
  const arn = name === "root" ? `${account}:root` : `${account}:user/${name}`;
  const principal: Principal =
    name === "root"
      ? { kind: "root", arn, userId: accountId, accountId, partition }
      : {
          kind: "user",
          arn,
          userId: stableId("AIDA", arn),
          accountId,
          partition,
          ...(mfa === undefined ? {} : { mfa }),
        };
  return { accessKeyId, secretAccessKey, principal };
}

export type RoleName = { partition: string; accountId: string; name: string };

/** The parts of a role's ARN. The path is dropped, as it is in the ARNs of sessions. */
export function readRoleArn(arn: string): RoleName | undefined {
  const match = /^arn:(aws[a-z-]*):iam::(\d{12}):role\/(?:[\x21-\x7E]+\/)?([\w+=,.@-]{1,64})$/.exec(arn);
  const [, partition, accountId, name] = match ?? [];
  if (partition === undefined || accountId === undefined || name === undefined) return undefined;
  return { partition, accountId, name };
}

export function assumedRole(roleArn: string, role: RoleName, sessionName: string): Principal {
  const { partition, accountId, name } = role;
  return {
    kind: "role",
    arn: `arn:${partition}:sts::${accountId}:assumed-role/${name}/${sessionName}`,
    userId: `${stableId("AROA", roleArn)}:${sessionName}`,
    accountId,
    partition,
    roleArn,
  };
}

/** Credentials for `principal`. They are alive once they are put into the world's keys. */
export function issueKey(principal: Principal, material: KeyMaterial, expiresAt: Date, sourceIdentity?: string): Key {
  const { accessKeyId, secretAccessKey, sessionToken: token } = material;
  const session = { token, expiresAt, ...(sourceIdentity === undefined ? {} : { sourceIdentity }) };
  return { accessKeyId, secretAccessKey, principal, session };
}

/** New credentials for `principal`, alive until then. */
export function giveKey({ keys }: Pick<World, "keys">, principal: Principal, expiresAt: Date): Key {
  const key = issueKey(principal, mintKey(), expiresAt);
  keys.set(key.accessKeyId, key);
  return key;
}

/** Whether the role's trust policy lets `principal` in. No principal crosses from one partition into another. */
export function trusts(role: MockRole, principal: Principal): boolean {
  if (readRoleArn(role.arn)?.partition !== principal.partition) return false;
  const account = `arn:${principal.partition}:iam::${principal.accountId}:root`;
  const names = ["*", account, principal.arn, principal.roleArn];
  return (role.trusts ?? ["*"]).some((trusted) => names.includes(trusted));
}

/** Web identities are let in by `*` or by naming any identity provider: the mock's tokens do not say whose they are. */
export function trustsWebIdentity(role: MockRole): boolean {
  return (role.trusts ?? ["*"]).some((trusted) => trusted === "*" || trusted.includes(":oidc-provider/"));
}
