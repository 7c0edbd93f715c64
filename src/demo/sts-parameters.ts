// What STS finds wrong with parameters before it looks at any permission, in the words of its model validation.
import type { Fault } from "./service.ts";

type Parameters = Readonly<Record<string, string>>;

const SHORTEST_SECONDS = 900;
const DEFAULT_ROLE_SECONDS = 3_600;

/** One fault that lists every broken constraint, as STS does. */
export function checkRoleParameters(parameters: Parameters): Fault | undefined {
  const { RoleArn, RoleSessionName, DurationSeconds } = parameters;
  return listed([
    ...checkText("roleArn", RoleArn, { shortest: 20, longest: 2048, pattern: /^[\x20-\x7E]*$/ }),
    ...checkText("roleSessionName", RoleSessionName, { shortest: 2, longest: 64, pattern: /^[\w+=,.@-]*$/ }),
    ...checkSeconds(DurationSeconds, 43_200),
  ]);
}

export function checkSessionTokenParameters(parameters: Parameters): Fault | undefined {
  return listed(checkSeconds(parameters["DurationSeconds"], 129_600));
}

export function durationSeconds(parameters: Parameters, defaultSeconds = DEFAULT_ROLE_SECONDS): number {
  const asked = parameters["DurationSeconds"];
  return asked === undefined ? defaultSeconds : Number(asked);
}

/** How much of the room for session policies and tags is used, in percent; undefined where there are none. */
export function packedPolicySize(parameters: Parameters): number | undefined {
  const packed = Object.entries(parameters).filter(([name]) => /^(Policy$|PolicyArns\.|Tags\.)/.test(name));
  if (packed.length === 0) return undefined;
  const characters = packed.reduce((sum, [, value]) => sum + value.length, 0);
  return Math.min(100, Math.max(1, Math.ceil(characters / 20.48)));
}

export function validationError(message: string): Fault {
  return { status: 400, code: "ValidationError", message };
}

function listed(broken: readonly string[]): Fault | undefined {
  if (broken.length === 0) return undefined;
  const count = broken.length === 1 ? "1 validation error" : `${broken.length} validation errors`;
  return validationError(`${count} detected: ${broken.join("; ")}`);
}

type TextRule = { shortest: number; longest: number; pattern: RegExp };

function checkText(name: string, value: string | undefined, rule: TextRule): string[] {
  if (value === undefined) return [broken(name, "null", "Member must not be null")];
  const quoted = `'${value}'`;
  const faults: string[] = [];
  if (!rule.pattern.test(value)) {
    const pattern = rule.pattern.source.slice(1, -1);
    faults.push(broken(name, quoted, `Member must satisfy regular expression pattern: ${pattern}`));
  }
  if (value.length < rule.shortest) {
    faults.push(broken(name, quoted, `Member must have length greater than or equal to ${rule.shortest}`));
  }
  if (value.length > rule.longest) {
    faults.push(broken(name, quoted, `Member must have length less than or equal to ${rule.longest}`));
  }
  return faults;
}

function checkSeconds(value: string | undefined, longestSeconds: number): string[] {
  if (value === undefined) return [];
  const seconds = /^\d+$/.test(value) ? Number(value) : 0;
  if (seconds < SHORTEST_SECONDS) {
    const constraint = `Member must have value greater than or equal to ${SHORTEST_SECONDS}`;
    return [broken("durationSeconds", `'${value}'`, constraint)];
  }
  if (seconds > longestSeconds) {
    const constraint = `Member must have value less than or equal to ${longestSeconds}`;
    return [broken("durationSeconds", `'${value}'`, constraint)];
  }
  return [];
}

function broken(name: string, quotedValue: string, constraint: string): string {
  return `Value ${quotedValue} at '${name}' failed to satisfy constraint: ${constraint}`;
}
