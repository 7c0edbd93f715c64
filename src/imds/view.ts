// What the service knows at a moment, handed in whole: it never learns where credentials come from.

export type ImdsCredentials = {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** As it is told to clients: the caller has already capped it. */
  expiration: Date;
  obtainedAt: Date;
};

export type ImdsRole = {
  arn: string | undefined;
  accountId: string | undefined;
  partition: string;
};

export type ImdsProblem = { code: string; message: string };

export type ImdsView = {
  role?: ImdsRole;
  /** Absent, or expired: the role list is 404 and the document says `problem`. */
  credentials?: ImdsCredentials;
  problem?: ImdsProblem;
  region?: string;
  availabilityZone?: string;
};

/** The machine that is pretended. */
export type ImdsInstance = {
  instanceId: string;
  instanceType: string;
  amiId: string;
  hostname: string;
  privateIp: string;
  mac: string;
  architecture?: string;
};
