// Sessions made with a second factor: one for each device and pair of keys, shared by every role that names the device.
// Always by GetSessionToken, since an AssumeRole made with a code could not be refreshed without the next code.
import type { Credentials, Session } from "../aws/credentials.ts";
import { explainDeadKeys } from "../aws/explain-keys.ts";
import { awsErrorCode, explainCall } from "../aws/explain.ts";
import type { Sts } from "../aws/sts.ts";
import { CliError, EXIT, messageOf } from "../errors.ts";
import type { MfaDevice, RoleSpec } from "../roles/role-spec.ts";
import type { Clock } from "../sys/clock.ts";
import { userOf } from "./as-it-is.ts";
import { originOf } from "./origin.ts";
import { runLimited } from "./run-limited.ts";
import { shellWord } from "../shell-text.ts";

type Wanted = { keys: Credentials; device: MfaDevice; spec: RoleSpec; region: string };

export type MfaSessions = {
  /** From memory, else by the device's `mfa_process`; throws what a person has to do where neither helps. */
  session(wanted: Wanted, signal: AbortSignal): Promise<Session>;
  signIn(wanted: Wanted, code: string, signal: AbortSignal): Promise<Session>;
};

const PROCESS_LIMIT_MS = 30_000;
// Enough for the calls that are signed with it.
const LEAST_LEFT_MS = 60_000;
// A session that is served itself has to live beyond what clients make of it.
const LEAST_LEFT_SERVED_MS = 25 * 60_000;

export function createMfaSessions({ sts, clock }: { sts: Sts; clock: Clock }): MfaSessions {
  const held = new Map<string, Session>();
  const inFlight = new Map<string, Promise<Session>>();
  const keyOf = ({ keys, device }: Wanted) => `${keys.accessKeyId} ${device.serial}`;

  async function signIn(wanted: Wanted, code: string, signal: AbortSignal): Promise<Session> {
    const { keys, device, spec, region } = wanted;
    refuseSession(wanted);
    refuseMalformed(code, wanted);
    const owner = await userOf(keys, { name: spec.name, origin: originOf(spec.base), region }, sts, signal);
    try {
      const factor = { serial: device.serial, code };
      const session = { ...(await sts.sessionToken(keys, region, signal, factor)), ...owner };
      held.set(keyOf(wanted), session);
      return session;
    } catch (error) {
      throw explainRefusal(error, wanted);
    }
  }

  async function byProcess(wanted: Wanted, command: string, signal: AbortSignal): Promise<Session> {
    const code = await codeOf(command, wanted);
    return signIn(wanted, code, signal);
  }

  return {
    signIn,
    async session(wanted, signal) {
      refuseSession(wanted);
      const key = keyOf(wanted);
      const known = held.get(key);
      const leftMs = (known?.expiration?.getTime() ?? 0) - clock.now().getTime();
      const neededMs = wanted.spec.steps.length === 0 ? LEAST_LEFT_SERVED_MS : LEAST_LEFT_MS;
      if (known !== undefined && leftMs > neededMs) return known;
      const { process } = wanted.device;
      if (process === undefined) throw needsCode(wanted);
      const running = inFlight.get(key) ?? byProcess(wanted, process, signal).finally(() => inFlight.delete(key));
      inFlight.set(key, running);
      return running;
    },
  };
}

async function codeOf(command: string, wanted: Wanted): Promise<string> {
  try {
    return (await runLimited(command, "mfa_process", PROCESS_LIMIT_MS)).stdout.trim();
  } catch (error) {
    throw new CliError(`no code from ${wanted.device.serial}: ${messageOf(error)}`, {
      ...forPerson(wanted),
      cause: error,
    });
  }
}

function refuseMalformed(code: string, wanted: Wanted): void {
  // GetSessionToken, TokenCode: six digits. What was typed instead may be a password, so it is not repeated.
  if (/^\d{6}$/.test(code)) return;
  throw new CliError(`a code of ${wanted.device.serial} has six digits`, forPerson(wanted));
}

function refuseSession({ keys, device, spec }: Wanted): void {
  if (keys.sessionToken === undefined) return;
  throw new CliError(`"${spec.name}" names the MFA device ${device.serial}, but its base is a session already`, {
    hint: "remove mfa_serial: a device only goes with the long-lived keys of its user",
    exit: EXIT.usage,
  });
}

function needsCode(wanted: Wanted): CliError {
  return new CliError(`a code of the MFA device ${wanted.device.serial} is needed`, forPerson(wanted));
}

function explainRefusal(error: unknown, wanted: Wanted): CliError {
  const { device, spec } = wanted;
  const code = awsErrorCode(error);
  if (code === "AccessDenied" || code === "AccessDeniedException") {
    return new CliError(`AWS did not accept the code of ${device.serial}`, { ...forPerson(wanted), cause: error });
  }
  return (
    explainDeadKeys(error, originOf(spec.base)) ??
    explainCall(error, `get a session with the MFA device ${device.serial}`)
  );
}

function forPerson({ device, spec }: Wanted) {
  return {
    hint: `metacred use ${shellWord(spec.name)} --mfa-code CODE`,
    exit: EXIT.needsPerson,
    needs: { kind: "mfa", device: device.serial },
  } as const;
}
