// Signing in with a code that is typed, or compared, in a browser anywhere.
import { type Device, type SsoClient, type SsoOidc, type SsoTokens, refusalOf } from "../aws/sso-oidc.ts";
import type { SsoSession } from "../aws/sso-session.ts";
import { CliError, EXIT } from "../errors.ts";
import type { Clock } from "../sys/clock.ts";
import { aborted, denied } from "./browser-flow.ts";

export type DeviceFlowDeps = {
  oidc: SsoOidc;
  clock: Clock;
  /** Shows code and address to the person. */
  show(device: Device): void;
  word: string;
  signal: AbortSignal;
};

// What slow_down asks for (RFC 8628, section 3.5).
const SLOWER_MS = 5000;

export async function signInByDevice(
  session: SsoSession,
  client: SsoClient,
  { oidc, clock, show, word, signal }: DeviceFlowDeps,
): Promise<SsoTokens> {
  const device = await oidc.startDevice(session, client, signal);
  show(device);
  const grant = {
    grantType: "urn:ietf:params:oauth:grant-type:device_code",
    deviceCode: device.deviceCode,
  } as const;
  let waitMs = device.intervalMs;
  const ended = aborted(signal);
  for (;;) {
    await Promise.race([pause(clock, waitMs), ended]);
    try {
      return await oidc.createToken(session, client, grant, signal);
    } catch (error) {
      switch (refusalOf(error)) {
        case "pending":
          break;
        case "slow-down":
          waitMs += SLOWER_MS;
          break;
        case "denied":
          throw denied(word);
        case "expired":
          throw tooLate(word, error);
        default:
          throw error;
      }
    }
    if (clock.now() >= device.expiresAt) throw tooLate(word, undefined);
  }
}

function tooLate(word: string, cause: unknown): CliError {
  return new CliError(`the code for "${word}" has expired before anybody signed in with it`, {
    hint: `metacred login ${word} --device-code`,
    exit: EXIT.needsPerson,
    cause,
  });
}

function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.after(delayMs, resolve));
}
