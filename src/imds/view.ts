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

/** The machine that is pretended. What is absent is not served, unless something honest follows from the rest. */
export type ImdsInstance = {
  instanceId: string;
  instanceType: string;
  amiId: string;
  /** Absent: made of the private address and the region, as EC2 does. */
  hostname?: string;
  privateIp: string;
  mac: string;
  architecture?: string;
  publicIp?: string;
  publicHostname?: string;
  securityGroups?: readonly string[];
  vpcId?: string;
  subnetId?: string;
  blockDevices?: Readonly<Record<string, string>>;
  publicKeys?: Readonly<Record<string, string>>;
  productCodes?: readonly string[];
  /** Absent: as on an instance that does not allow tags in its metadata. */
  tags?: Readonly<Record<string, string>>;
  userData?: Uint8Array;
  scenario?: ImdsScenario;
  /** Further leaves, by their path below `meta-data`. */
  more?: Readonly<Record<string, string>>;
};

/** What happens to the instance, to see how an application takes it. Delays are counted from `since`. */
export type ImdsScenario = {
  since: Date;
  spot?: { action: string; afterMs: number; time: Date | undefined };
  rebalance?: { afterMs: number; time: Date | undefined };
  maintenance?: ImdsMaintenance;
  autoscaling?: { state: string; afterMs: number };
};

export type ImdsMaintenance = {
  afterMs: number;
  code: string;
  state: "active" | "completed" | "canceled";
  notBefore: Date | undefined;
  notAfter: Date | undefined;
  notBeforeDeadline: Date | undefined;
};
