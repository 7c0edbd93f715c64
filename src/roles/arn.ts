// Role ARNs of every partition, and the SDK's word for which partition a region is in.

export type RoleArn = { partition: string; accountId: string; path: string; roleName: string };

// IAM: role names are [\w+=,.@-]{1,64}, paths any printable ASCII between slashes.
const ROLE_ARN = /^arn:(aws[a-z-]*):iam::(\d{12}):role\/((?:[\x21-\x7e]+\/)?)([\w+=,.@-]{1,64})$/;
const ROLE_NAME = /^(?:[\x21-\x7e]+\/)?[\w+=,.@-]{1,64}$/;

export function parseRoleArn(text: string): RoleArn | undefined {
  const match = ROLE_ARN.exec(text);
  if (match === null) return undefined;
  const [, partition = "", accountId = "", path = "", roleName = ""] = match;
  return { partition, accountId, path, roleName };
}

/** True for a role name, with or without a path in front of it. */
export function isRoleName(text: string): boolean {
  return ROLE_NAME.test(text);
}

export function roleArnOf(partition: string, accountId: string, roleName: string): string {
  return `arn:${partition}:iam::${accountId}:role/${roleName}`;
}

// Partition by region prefix: botocore partitions.json, regionRegex of each partition.
const PARTITION_PREFIXES: readonly (readonly [prefix: string, partition: string])[] = [
  ["cn-", "aws-cn"],
  ["us-gov-", "aws-us-gov"],
  ["us-isob-", "aws-iso-b"],
  ["us-isof-", "aws-iso-f"],
  ["eu-isoe-", "aws-iso-e"],
  ["us-iso-", "aws-iso"],
  ["eusc-", "aws-eusc"],
];

export function partitionOfRegion(region: string | undefined): string {
  return PARTITION_PREFIXES.find(([prefix]) => region?.startsWith(prefix))?.[1] ?? "aws";
}

/** Partition and account of any ARN, such as the one GetCallerIdentity prints. */
export function accountOfArn(arn: string): { partition: string; accountId: string } | undefined {
  const match = /^arn:(aws[a-z-]*):[\w-]+:[\w-]*:(\d{12}):/.exec(arn);
  return match === null ? undefined : { partition: match[1] ?? "aws", accountId: match[2] ?? "" };
}
