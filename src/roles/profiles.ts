// AWS profiles, as data. Replicates how the SDK walks role_arn and source_profile, so that each AssumeRole of a chain
// is a step of ours, with its own key and its own session name (credential-provider-ini resolveProfileData.ts).
import { createHash } from "node:crypto";
import { CliError, EXIT } from "../errors.ts";
import { didYouMean, nearestWord } from "../nearest.ts";
import type { AssumeStep } from "../aws/assume-step.ts";
import type { Credentials } from "../aws/credentials.ts";
import { type SsoSession, loginWord } from "../aws/sso-session.ts";
import { type BaseSpec, type MfaDevice, type SsoBase, canonicalJson } from "./role-spec.ts";

export type Profile = Readonly<Record<string, string | undefined>>;
/** Profiles of the AWS config and credentials files, by name, the latter over the former. */
export type Profiles = Readonly<Record<string, Profile>>;

type OwnKeys = Credentials & { accountId: string | undefined };

export type ProfileChain = { base: BaseSpec; steps: AssumeStep[]; region: string | undefined; mfa?: MfaDevice };

/** Follows a profile down to the one that holds credentials. `sessionName` is for profiles that name none. */
export function resolveProfile(name: string, profiles: Profiles, sessionName: string): ProfileChain {
  return walk(name, profiles, sessionName, []);
}

function walk(name: string, profiles: Profiles, sessionName: string, above: readonly string[]): ProfileChain {
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (profile === undefined) {
    const whose = above.length === 0 ? "" : ` (source_profile of "${above.at(-1)}")`;
    throw new CliError(`the AWS profile "${name}"${whose} does not exist`, {
      hint: didYouMean(nearestWord(name, Object.keys(profiles))) ?? "aws configure list-profiles",
      exit: EXIT.usage,
    });
  }
  const region = profile["region"];
  // As the SDK does: keys that stand in a source profile win over its own role_arn.
  if (above.length > 0 && hasKeys(profile)) {
    return { base: profileBase(name, profile), steps: [], region, ...deviceOf(profile) };
  }
  const roleArn = profile["role_arn"];
  if (roleArn === undefined || profile["web_identity_token_file"] !== undefined) {
    return { base: rootOf(name, profile), steps: [], region, ...(hasKeys(profile) ? deviceOf(profile) : {}) };
  }
  const step: AssumeStep = {
    roleArn,
    sessionName: profile["role_session_name"] ?? sessionName,
    ...(profile["external_id"] === undefined ? {} : { externalId: profile["external_id"] }),
    durationSeconds: durationOf(name, profile),
  };
  const below = sourceOf(name, profile, profiles, sessionName, above);
  // The device nearest to the keys: it is theirs, and one session with it is all that a chain can use.
  const mfa = below.mfa === undefined ? deviceOf(profile) : { mfa: below.mfa };
  return { base: below.base, steps: [...below.steps, step], region: region ?? below.region, ...mfa };
}

function deviceOf(profile: Profile): { mfa?: MfaDevice } {
  const serial = profile["mfa_serial"];
  return serial === undefined ? {} : { mfa: { serial } };
}

function sourceOf(
  name: string,
  profile: Profile,
  profiles: Profiles,
  sessionName: string,
  above: readonly string[],
): ProfileChain {
  const source = profile["source_profile"];
  if (source === undefined) return { base: credentialSource(name, profile), steps: [], region: undefined };
  const itself = source === name && hasKeys(profile);
  if (!itself && (source === name || above.includes(source))) {
    throw new CliError(`the source_profile entries go round in a circle: ${[...above, name, source].join(" → ")}`, {
      hint: `correct source_profile of "${name}" in the AWS config file`,
      exit: EXIT.usage,
    });
  }
  return walk(source, profiles, sessionName, [...above, name]);
}

function rootOf(name: string, profile: Profile): BaseSpec {
  if (isSsoProfile(profile)) return ssoBase(name, profile);
  if (profile["credential_source"] !== undefined) return credentialSource(name, profile);
  const login = profile["login_session"] === undefined ? {} : { login: true };
  return { ...profileBase(name, profile), ...login };
}

/**
 * The keys of a base, where they stand in the profile itself; undefined where the SDK must find them. A role that the
 * profile names as well is a step of ours: only as the source of that very role, with these keys, is such a profile a base.
 */
export function ownKeys(profiles: Profiles, name: string): OwnKeys | undefined {
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  // Beside a token file the SDK may prefer a source_profile to the keys.
  if (profile === undefined || profile["web_identity_token_file"] !== undefined) return undefined;
  const { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey } = profile;
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  const { aws_session_token: sessionToken, aws_account_id: accountId } = profile;
  return { accessKeyId, secretAccessKey, sessionToken, accountId };
}

// The SDK looks for SSO last (credential-provider-ini resolveProfileData.ts).
const BEFORE_SSO = ["aws_access_key_id", "web_identity_token_file", "credential_process"];

function isSsoProfile(profile: Profile): boolean {
  const hasSso = profile["sso_session"] !== undefined || profile["sso_start_url"] !== undefined;
  return hasSso && BEFORE_SSO.every((key) => profile[key] === undefined);
}

function ssoBase(name: string, profile: Profile): SsoBase {
  const session = ssoSessionOf(name, profile);
  return {
    kind: "sso",
    session,
    word: loginWord(session, name),
    accountId: profile["sso_account_id"],
    roleName: profile["sso_role_name"],
  };
}

/** The sign-in that a profile, or an `[sso-session]` in the same words, describes. */
export function ssoSessionOf(name: string, profile: Profile): SsoSession {
  const { sso_session: session, sso_start_url: startUrl, sso_region: region } = profile;
  if (startUrl === undefined || region === undefined) {
    const what =
      session === undefined
        ? `the AWS profile "${name}" has no ${startUrl === undefined ? "sso_start_url" : "sso_region"}`
        : `the sso-session "${session}" of the AWS profile "${name}" does not exist, or lacks sso_start_url or sso_region`;
    throw new CliError(what, {
      hint: session === undefined ? "aws configure sso" : `aws configure sso-session --profile ${name}`,
      exit: EXIT.usage,
    });
  }
  const scopes = (profile["sso_registration_scopes"] ?? "").split(/[\s,]+/).filter((scope) => scope !== "");
  return { name: session, startUrl, region, scopes };
}

function profileBase(name: string, profile: Profile): BaseSpec & { kind: "profile" } {
  const identity = createHash("sha256").update(canonicalJson(profile)).digest("base64url");
  return { kind: "profile", profile: name, identity };
}

function credentialSource(name: string, profile: Profile): BaseSpec {
  const source = profile["credential_source"];
  switch (source) {
    case "Environment":
      return { kind: "environment" };
    case "EcsContainer":
      return { kind: "container", profile: name };
    case "Ec2InstanceMetadata":
      throw new CliError(
        `the AWS profile "${name}" asks 169.254.169.254 for its credentials, which is metacred itself: a loop`,
        { hint: `give "${name}" a source_profile instead of credential_source`, exit: EXIT.usage },
      );
    default:
      throw new CliError(`the AWS profile "${name}" has a role_arn but neither source_profile nor credential_source`, {
        hint: `add source_profile to "${name}" in the AWS config file`,
        exit: EXIT.usage,
      });
  }
}

function hasKeys(profile: Profile): boolean {
  return profile["aws_access_key_id"] !== undefined && profile["aws_secret_access_key"] !== undefined;
}

function durationOf(name: string, profile: Profile): number {
  const text = profile["duration_seconds"] ?? "3600";
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= 900 && seconds <= 43_200) return seconds;
  throw new CliError(`duration_seconds of the AWS profile "${name}" is "${text}", not a number from 900 to 43200`, {
    hint: `correct it in the AWS config file`,
    exit: EXIT.usage,
  });
}
