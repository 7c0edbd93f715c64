// Keys, in a type that does not print itself.
import { inspect } from "node:util";

export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Absent for the long-lived keys of an IAM user. */
  readonly sessionToken: string | undefined;
};

/** Builds credentials whose JSON and inspected forms show the last four characters of the key id, and no more. */
export function credentials(parts: Credentials): Credentials {
  const masked = `${parts.accessKeyId.slice(0, 4)}…${parts.accessKeyId.slice(-4)}`;
  return Object.defineProperties(
    { ...parts },
    {
      toJSON: { value: () => masked },
      toString: { value: () => masked },
      [inspect.custom]: { value: () => masked },
    },
  );
}

/** What a source hands over: keys and what is known about them. */
export type Session = {
  credentials: Credentials;
  obtainedAt: Date;
  /** Undefined when the source does not say: looked at again after a quarter of an hour. AWS set it, so it is compared with AWS's time. */
  expiration: Date | undefined;
  /** Of the assumed role or the user, as STS names it. */
  arn: string | undefined;
  accountId: string | undefined;
  /** What its user should know, such as that it is shorter than was asked for. */
  notices?: readonly string[];
};
