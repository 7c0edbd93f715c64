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

// botocore partitions.json: regionRegex and implicitGlobalRegion of each partition.
const PARTITIONS: readonly { name: string; regionPrefix: string; homeRegion: string }[] = [
  { name: "aws-cn", regionPrefix: "cn-", homeRegion: "cn-northwest-1" },
  { name: "aws-us-gov", regionPrefix: "us-gov-", homeRegion: "us-gov-west-1" },
  { name: "aws-iso", regionPrefix: "us-iso-", homeRegion: "us-iso-east-1" },
  { name: "aws-iso-b", regionPrefix: "us-isob-", homeRegion: "us-isob-east-1" },
  { name: "aws-iso-e", regionPrefix: "eu-isoe-", homeRegion: "eu-isoe-west-1" },
  { name: "aws-iso-f", regionPrefix: "us-isof-", homeRegion: "us-isof-south-1" },
  { name: "aws-eusc", regionPrefix: "eusc-", homeRegion: "eusc-de-east-1" },
];

export function partitionOfRegion(region: string | undefined): string {
  return PARTITIONS.find(({ regionPrefix }) => region?.startsWith(regionPrefix))?.name ?? "aws";
}

/** A region whose STS serves this partition, for calls about a role whose region nobody named. */
export function homeRegionOf(partition: string): string {
  return PARTITIONS.find(({ name }) => name === partition)?.homeRegion ?? "us-east-1";
}

/** Partition and account of any ARN, such as the one GetCallerIdentity prints. */
export function accountOfArn(arn: string): { partition: string; accountId: string } | undefined {
  const match = /^arn:(aws[a-z-]*):[\w-]+:[\w-]*:(\d{12}):/.exec(arn);
  return match === null ? undefined : { partition: match[1] ?? "aws", accountId: match[2] ?? "" };
}
