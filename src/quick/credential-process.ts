// `credential_process` JSON, version 1: from the daemon's memory, else fetched here. Nothing on stderr on success,
// since some SDKs parse both streams as one (aws-sdk-cpp GetCredentialsFromProcess).
import type { Context } from "../context.ts";
import { controlClient } from "../daemon/client.ts";
import type { CredentialsAnswer, CredentialsWish } from "../daemon/protocol.ts";
import { CliError, EXIT } from "../errors.ts";
import { loadEngine } from "../load-engine.ts";
import { loadTurn } from "../load-turn.ts";
import { print } from "../print.ts";
import { profilesWithin } from "../within.ts";
import { seconds } from "./instant.ts";

export async function printCredentialProcess(
  context: Context,
  { role }: { role: string | undefined },
): Promise<number> {
  const answer = await credentialsFor(context, role, { command: "credential-process" });
  const document = {
    Version: 1,
    AccessKeyId: answer.access_key_id,
    SecretAccessKey: answer.secret_access_key,
    SessionToken: answer.session_token,
    Expiration: seconds(answer.expiration ?? lookAgainAt(context.clock.now())),
    ...(answer.account_id === null ? {} : { AccountId: answer.account_id }),
  };
  await print(`${JSON.stringify(document)}\n`);
  return EXIT.ok;
}

// Without an expiry SDKs would keep them for ever; a quarter of an hour is when metacred itself looks again.
function lookAgainAt(now: Date): string {
  return new Date(now.getTime() + 15 * 60_000).toISOString();
}

/** Works with and without a daemon. */
export async function credentialsFor(
  context: Context,
  role: string | undefined,
  wish: CredentialsWish,
): Promise<CredentialsAnswer> {
  try {
    const within = profilesWithin(context.env);
    return await controlClient(context.paths.socketFile).credentials(
      role,
      within.length === 0 ? wish : { ...wish, within },
    );
  } catch (error) {
    if (!(error instanceof CliError) || error.exit !== EXIT.notRunning) throw error;
    const { takeTurn } = await loadTurn();
    const turn = await takeTurn(context, { role: role ?? null });
    const { oneShotCredentials } = await loadEngine();
    return oneShotCredentials(context, role, wish.granted ?? false, turn);
  }
}
