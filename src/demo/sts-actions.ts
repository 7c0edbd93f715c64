// STS's decisions as data: a result with the key it issues, or a fault. Changes nothing itself.
import type { KeyMaterial } from "./key-material.ts";
import type { Fault, ParsedCall } from "./service.ts";
import {
  checkRoleParameters,
  checkSessionTokenParameters,
  durationSeconds,
  packedPolicySize,
  validationError,
} from "./sts-parameters.ts";
import { assumedRole, issueKey, readRoleArn, trusts, trustsWebIdentity } from "./world.ts";
import type { Key, MockRole, RoleName, World } from "./world.ts";
import type { XmlFields } from "./xml.ts";

export type StsResult = { result: XmlFields; issued?: Key; usedCode?: string } | { fault: Fault };

/** What an action may look at. `mint` is the only chance in it. */
export type StsScene = { world: World; now: Date; mint: () => KeyMaterial };

type Parameters = ParsedCall["parameters"];

const CHAINED_SECONDS = 3_600;
const IAM_DEFAULT_MAX_SECONDS = 3_600;
const SESSION_TOKEN_SECONDS = 43_200;

export function assumeRole(parameters: Parameters, caller: Key, scene: StsScene): StsResult {
  const target = findRole(parameters, scene.world);
  if ("fault" in target) return target;
  const { roleArn, role } = target;
  if (caller.principal.kind === "root") return denied("Roles may not be assumed by root accounts.");
  const factorFits = role?.requiresMfa !== true || caller.session?.mfa === true;
  const externalIdFits = role?.externalId === undefined || role.externalId === parameters["ExternalId"];
  if (role === undefined || !externalIdFits || !factorFits || !trusts(role, caller.principal)) {
    const { arn } = caller.principal;
    return denied(`User: ${arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`);
  }
  // The sessions of GetSessionToken count as a link of the chain, too: mmmorris1975/aws-runas issue 11.
  if (caller.session !== undefined && durationSeconds(parameters) > CHAINED_SECONDS) {
    const limit = "the 1 hour session limit for roles assumed by role chaining.";
    return { fault: validationError(`The requested DurationSeconds exceeds ${limit}`) };
  }
  const sourceIdentity = parameters["SourceIdentity"] ?? caller.session?.sourceIdentity;
  return startSession(parameters, { ...target, role }, scene, sourceIdentity);
}

export function assumeRoleWithWebIdentity(parameters: Parameters, scene: StsScene): StsResult {
  const target = findRole(parameters, scene.world);
  if ("fault" in target) return target;
  const token = parameters["WebIdentityToken"];
  if (token === undefined || !scene.world.webIdentityTokens.has(token)) {
    const message = "Couldn't retrieve verification key from your identity provider";
    return { fault: { status: 400, code: "InvalidIdentityToken", message } };
  }
  const { role } = target;
  if (role === undefined || !trustsWebIdentity(role)) {
    return denied("Not authorized to perform sts:AssumeRoleWithWebIdentity");
  }
  const session = startSession(parameters, { ...target, role }, scene, undefined);
  if ("fault" in session) return session;
  const identity = {
    SubjectFromWebIdentityToken: "web-identity",
    Audience: "sts.amazonaws.com",
    Provider: "idp.example.com",
  };
  return { ...session, result: { ...identity, ...session.result } };
}

export function getSessionToken(parameters: Parameters, caller: Key, scene: StsScene): StsResult {
  const invalid = checkSessionTokenParameters(parameters);
  if (invalid !== undefined) return { fault: invalid };
  if (caller.session !== undefined) return denied("Cannot call GetSessionToken with session credentials");
  // Stricter than STS, which hands an account's root keys one hour: whoever asks with them here has forgotten a check.
  if (caller.principal.kind === "root") return denied("Cannot call GetSessionToken with root credentials");
  const factor = checkFactor(parameters, caller, scene.world);
  if (factor === "wrong") return denied("MultiFactorAuthentication failed with invalid MFA one time pass code.");
  const expiresAt = later(scene.now, durationSeconds(parameters, SESSION_TOKEN_SECONDS));
  const issued = issueKey(caller.principal, scene.mint(), expiresAt);
  if (factor === "none") return { result: { Credentials: credentialsOf(issued) }, issued };
  const { usedCode } = factor;
  const session = { ...issued, session: { token: "", expiresAt, ...issued.session, mfa: true } };
  return { result: { Credentials: credentialsOf(session) }, issued: session, usedCode };
}

function checkFactor(parameters: Parameters, caller: Key, world: World): "none" | "wrong" | { usedCode: string } {
  const { SerialNumber: serial, TokenCode: code } = parameters;
  if (serial === undefined && code === undefined) return "none";
  const device = caller.principal.mfa;
  const usedCode = `${serial} ${code}`;
  const fits = device !== undefined && device.serial === serial && code !== undefined && device.codes.includes(code);
  return fits && !world.usedCodes.has(usedCode) ? { usedCode } : "wrong";
}

export function getCallerIdentity(caller: Key): StsResult {
  const { userId, accountId, arn } = caller.principal;
  return { result: { UserId: userId, Account: accountId, Arn: arn } };
}

type Target = { roleArn: string; roleName: RoleName; sessionName: string };

function findRole(parameters: Parameters, world: World): (Target & { role?: MockRole }) | { fault: Fault } {
  const invalid = checkRoleParameters(parameters);
  if (invalid !== undefined) return { fault: invalid };
  const { RoleArn: roleArn = "", RoleSessionName: sessionName = "" } = parameters;
  const roleName = readRoleArn(roleArn);
  if (roleName === undefined) return { fault: validationError(`${roleArn} is invalid`) };
  const role = world.roles.get(roleArn);
  return { roleArn, roleName, sessionName, ...(role === undefined ? {} : { role }) };
}

function startSession(
  parameters: Parameters,
  target: Target & { role: MockRole },
  scene: StsScene,
  sourceIdentity: string | undefined,
): StsResult {
  const seconds = durationSeconds(parameters);
  if (seconds > (target.role.maxSessionSeconds ?? IAM_DEFAULT_MAX_SECONDS)) {
    const limit = "the MaxSessionDuration set for this role.";
    return { fault: validationError(`The requested DurationSeconds exceeds ${limit}`) };
  }
  const principal = assumedRole(target.roleArn, target.roleName, target.sessionName);
  const issued = issueKey(principal, scene.mint(), later(scene.now, seconds), sourceIdentity);
  const result = {
    AssumedRoleUser: { AssumedRoleId: principal.userId, Arn: principal.arn },
    Credentials: credentialsOf(issued),
    PackedPolicySize: packedPolicySize(parameters),
    SourceIdentity: sourceIdentity,
  };
  return { result, issued };
}

function credentialsOf({ accessKeyId, secretAccessKey, session }: Key): XmlFields {
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: session?.token,
    Expiration: session?.expiresAt.toISOString().replace(/\.\d+/, ""),
  };
}

// STS counts whole seconds.
function later(now: Date, seconds: number): Date {
  return new Date((Math.floor(now.getTime() / 1000) + seconds) * 1000);
}

function denied(message: string): { fault: Fault } {
  return { fault: { status: 403, code: "AccessDenied", message } };
}
