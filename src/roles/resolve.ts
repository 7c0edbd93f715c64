// A name to a RoleSpec, step by step: config table, AWS profile, account and role, ARN. Pure.
import type { AssumeStep } from "../aws/assume-step.ts";
import type { Config, RoleConfig } from "../config/schema.ts";
import { CliError, EXIT } from "../errors.ts";
import { isRoleName, parseRoleArn, partitionOfRegion, roleArnOf } from "./arn.ts";
import { didYouMean } from "../nearest.ts";
import { nearRole } from "./near-role.ts";
import { noBase } from "./no-base.ts";
import { type ProfileChain, type Profiles, resolveProfile } from "./profiles.ts";
import { brokerBase, isBroker } from "./broker-name.ts";
import { type RoleSpec, describeBase } from "./role-spec.ts";
import { type Person, fillTemplate, sanitiseSessionName } from "./session-name.ts";
import { shellWord } from "../shell-text.ts";

export type RoleSources = {
  config: Config;
  profiles: Profiles;
  /** AWS_PROFILE, AWS_REGION and whether the environment holds keys. */
  environment: { profile: string | undefined; region: string | undefined; hasKeys: boolean };
  /** `--profile`: stands for `base` of the config. */
  baseOption: string | undefined;
  person: Person;
  /** Names of the keys in the keychain, with a word that changes when they are replaced. */
  keyRevisions: Readonly<Record<string, string>>;
};

const DEFAULT_SESSION_NAME = "{user}-{host}";
const DEFAULT_DURATION_SECONDS = 3600;
const ENVIRONMENT = "environment";
const ENVIRONMENT_CHAIN: ProfileChain = { base: { kind: "environment" }, steps: [], region: undefined };

/** The meaning of a role name; throws `CliError` with the names that come near it. */
export function resolveRole(name: string, sources: RoleSources): RoleSpec {
  const table = own(sources.config.roles, name);
  if (table !== undefined) return fromTable(name, table, sources);
  if (own(sources.profiles, name) !== undefined) return fromProfile(name, sources);
  const source = sourceChain(name, sources);
  if (source !== undefined && !name.includes("/")) return assumed(name, source, [], sources);
  // The name that the environment's own keys are served under, so that a switch can go back to them.
  if (name === ENVIRONMENT && sources.environment.hasKeys) return assumed(name, ENVIRONMENT_CHAIN, [], sources);
  const arns = arnsOf(name, sources, undefined);
  const meanings = [...arns, ...(source === undefined ? [] : [describeBase(source.base)])];
  if (meanings.length > 1) {
    throw new CliError(`the role "${name}" can mean ${meanings.join(" or ")}`, {
      hint: arns[0] === undefined ? "metacred roles" : `metacred use ${shellWord(arns[0])}`,
      exit: EXIT.usage,
    });
  }
  if (source !== undefined) return assumed(name, source, [], sources);
  const [arn] = arns;
  if (arn === undefined) throw unknownRole(name, sources);
  return assumed(name, baseChain(sources), [plainStep(arn, sources)], sources);
}

/** The base credentials themselves, when no role is named: `--profile`, the base, or what the SDKs would take. */
export function resolveBase(sources: RoleSources): RoleSpec {
  const chain = baseChain(sources);
  return assumed(chain.name, chain, [], sources);
}

/** Every name that `use` accepts from the files at hand. */
export function roleNames(sources: Pick<RoleSources, "config" | "profiles">): string[] {
  const { config, profiles } = sources;
  const all = [config.roles, profiles, config.sources].flatMap((record) => Object.keys(record));
  return [...new Set(all)].toSorted();
}

function fromTable(name: string, table: RoleConfig, sources: RoleSources): RoleSpec {
  const chain = baseChain(sources);
  const region = table.region ?? chain.region;
  const links = [...(table.via ?? []), table.role_arn].flatMap((link, index) =>
    linkSteps(link, index < (table.via?.length ?? 0), name, table, sources),
  );
  const serial = table.mfa_serial ?? chain.mfa?.serial;
  const process = table.mfa_process === undefined ? {} : { process: table.mfa_process };
  const mfa = serial === undefined ? {} : { mfa: { serial, ...process } };
  return assumed(name, { ...chain, region, ...mfa }, links, sources);
}

// A link of `via` may be a role table of its own, whose external id and session name then hold for it.
function linkSteps(link: string, isVia: boolean, name: string, table: RoleConfig, sources: RoleSources): AssumeStep[] {
  const viaTable = isVia ? own(sources.config.roles, link) : undefined;
  const options = isVia ? viaTable : table;
  const names = isVia ? Object.keys(sources.config.roles) : [];
  const arn = onlyArn(viaTable?.role_arn ?? link, { name, names }, sources, table.region);
  return [options === undefined ? plainStep(arn, sources) : stepOf(arn, options, sources)];
}

function stepOf(roleArn: string, table: RoleConfig, { person }: RoleSources): AssumeStep {
  return {
    roleArn,
    sessionName: sanitiseSessionName(fillTemplate(table.session_name ?? DEFAULT_SESSION_NAME, person)),
    durationSeconds: table.duration === undefined ? DEFAULT_DURATION_SECONDS : table.duration / 1000,
    ...(table.external_id === undefined ? {} : { externalId: table.external_id }),
    ...(table.policy === undefined ? {} : { policy: table.policy }),
    ...(table.policy_arns === undefined ? {} : { policyArns: table.policy_arns }),
    ...(table.tags === undefined ? {} : { tags: table.tags }),
    ...(table.transitive_tags === undefined ? {} : { transitiveTagKeys: table.transitive_tags }),
    ...(table.source_identity === undefined
      ? {}
      : { sourceIdentity: sanitiseSessionName(fillTemplate(table.source_identity, person)) }),
  };
}

function plainStep(roleArn: string, { person }: RoleSources): AssumeStep {
  const sessionName = sanitiseSessionName(fillTemplate(DEFAULT_SESSION_NAME, person));
  return { roleArn, sessionName, durationSeconds: DEFAULT_DURATION_SECONDS };
}

type LinkOf = { name: string; /** What else could stand there. */ names: readonly string[] };

function onlyArn(text: string, { name, names }: LinkOf, sources: RoleSources, region: string | undefined): string {
  const arns = arnsOf(text, sources, region);
  if (arns.length === 1 && arns[0] !== undefined) return arns[0];
  const meaning = arns.length === 0 ? "no role ARN, nor ACCOUNT/ROLE of a known account" : arns.join(" or ");
  const near = arns.length === 0 ? nearRole(text, names, sources.config.accounts) : undefined;
  throw new CliError(`"${text}" in [roles.${name}] of the config is ${meaning}`, {
    hint: didYouMean(near) ?? "write it as arn:aws:iam::ACCOUNT:role/NAME",
    exit: EXIT.usage,
  });
}

// `account/Role`, `Role@account` (a role's path and name may hold both signs, hence several readings), or an ARN.
function arnsOf(text: string, sources: RoleSources, roleRegion: string | undefined): string[] {
  if (text.startsWith("arn:")) return parseRoleArn(text) === undefined ? [] : [text];
  const arns = accountReadings(text, sources.config).map(({ accountId, role }) => {
    const region = roleRegion ?? baseChain(sources).region ?? sources.environment.region ?? sources.config.region;
    return roleArnOf(partitionOfRegion(region), accountId, role);
  });
  return [...new Set(arns)];
}

/** Every account and role that the text can mean: `account/Role` or `Role@account`. */
export function accountReadings(text: string, config: Config): { accountId: string; role: string }[] {
  const slash = text.indexOf("/");
  const at = text.lastIndexOf("@");
  const readings = [
    { account: text.slice(0, Math.max(slash, 0)), role: text.slice(slash + 1) },
    { account: at === -1 ? "" : text.slice(at + 1), role: text.slice(0, Math.max(at, 0)) },
  ];
  return readings.flatMap(({ account, role }) => {
    const accountId = /^\d{12}$/.test(account) ? account : own(config.accounts, account);
    return accountId === undefined || !isRoleName(role) ? [] : [{ accountId, role }];
  });
}

// A name may be that of a property which every object has, such as `constructor`.
export function own<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function fromProfile(name: string, sources: RoleSources): RoleSpec {
  return assumed(name, resolveProfile(name, sources.profiles, defaultSessionName(sources)), [], sources);
}

// What roles are assumed from: --profile, the config's base, AWS_PROFILE, keys of the environment, [default].
export function baseChain(sources: RoleSources): ProfileChain & { name: string } {
  const { environment } = sources;
  const named = sources.baseOption ?? sources.config.base ?? environment.profile;
  if (named === undefined && environment.hasKeys) {
    return { name: ENVIRONMENT, ...ENVIRONMENT_CHAIN };
  }
  const source = named === undefined ? undefined : sourceChain(named, sources);
  if (named !== undefined && source !== undefined) {
    const isProfile = own(sources.profiles, named) !== undefined;
    if (source.base.kind !== "broker" || !isProfile) return { name: named, ...source };
    throw new CliError(`the base "${named}" is an AWS profile and a name of [sources]`, {
      hint: "rename the table in the config",
      exit: EXIT.usage,
    });
  }
  const profile = named ?? "default";
  if (named === undefined && sources.profiles["default"] === undefined) throw noBase(sources.profiles);
  return { name: profile, ...resolveProfile(profile, sources.profiles, defaultSessionName(sources)) };
}

// What a name of [sources] begins: keys that are kept in the keychain, or what a broker hands out.
function sourceChain(name: string, { config, keyRevisions }: RoleSources): ProfileChain | undefined {
  const broker = brokerBase(name, config.sources);
  if (broker !== undefined) return { base: broker, steps: [], region: undefined };
  const table = own(config.sources, name);
  if (table === undefined || isBroker(table)) return undefined;
  const item = table.keychain;
  const revision = own(keyRevisions, item);
  if (revision === undefined) {
    throw new CliError(`there are no keys "${item}" in the keychain, which [sources.${name}] names`, {
      hint: `metacred keys add ${item}`,
      exit: EXIT.usage,
    });
  }
  return { base: { kind: "keychain", item, revision }, steps: [], region: undefined };
}

function defaultSessionName({ person }: RoleSources): string {
  return sanitiseSessionName(fillTemplate(DEFAULT_SESSION_NAME, person));
}

// Region: the role's own, its profile's, the base profile's, AWS_REGION, the config's.
function assumed(
  name: string,
  chain: ProfileChain,
  steps: readonly AssumeStep[],
  { environment, config }: RoleSources,
): RoleSpec {
  const region = chain.region ?? environment.region ?? config.region;
  const mfa = chain.mfa === undefined ? {} : { mfa: chain.mfa };
  return { name, base: chain.base, steps: [...chain.steps, ...steps], region, ...mfa };
}

function unknownRole(name: string, sources: RoleSources): CliError {
  const near = nearRole(name, roleNames(sources), sources.config.accounts);
  return new CliError(`there is no role "${name}": not in the config, no AWS profile, no ACCOUNT/ROLE, no role ARN`, {
    // No command: who asked for one command under a role is not to switch the role of all.
    hint: didYouMean(near) ?? "metacred roles",
    exit: EXIT.usage,
  });
}
