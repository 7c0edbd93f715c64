/** One AssumeRole call. */
export type AssumeStep = {
  roleArn: string;
  sessionName: string;
  externalId?: string;
  durationSeconds: number;
  /** The session policy, as JSON. */
  policy?: string;
  policyArns?: readonly string[];
  tags?: Readonly<Record<string, string>>;
  transitiveTagKeys?: readonly string[];
  sourceIdentity?: string;
};
