// A client for each set of keys, with the settings that all of them share. What a client finds in the environment and in
// the AWS files (endpoints, FIPS, retries) it looks up by parsing these files once for each setting: with thousands of
// profiles that takes 30 ms, and a chain has a client for each link.
import { STSClient, type STSClientConfig } from "@aws-sdk/client-sts";
import type { HttpHandler } from "@smithy/core/protocols";
import { patientRetries } from "./retries.ts";

export type StsClients = (region: string, own: Pick<STSClientConfig, "credentials" | "systemClockOffset">) => STSClient;

/** `settingsStamp`: another one whenever a setting may have changed; undefined where that cannot be told. */
export function createStsClients(
  requestHandler: HttpHandler<object>,
  settingsStamp: () => string | undefined,
): StsClients {
  let stamp: string | undefined;
  // They send nothing, so they hold no keys.
  const models = new Map<string, STSClient>();
  const modelOf = (region: string): STSClient => {
    const now = settingsStamp();
    if (now === undefined || now !== stamp) models.clear();
    stamp = now;
    const model = models.get(region) ?? new STSClient({ region, requestHandler });
    models.set(region, model);
    return model;
  };

  return (region, own) => {
    const { config } = modelOf(region);
    const client = new STSClient({
      region,
      requestHandler,
      retryStrategy: patientRetries(),
      ...settingsOf(config),
      ...own,
    });
    // The SDK takes it from no option.
    const { serviceConfiguredEndpoint } = config;
    if (serviceConfiguredEndpoint !== undefined) client.config.serviceConfiguredEndpoint = serviceConfiguredEndpoint;
    return client;
  };
}

// --- internal ---

// Each looks once, at its first use, and remembers what it found.
function settingsOf(config: STSClient["config"]): STSClientConfig {
  const { useFipsEndpoint, useDualstackEndpoint, defaultsMode, userAgentAppId } = config;
  const { maxAttempts, retryMode, authSchemePreference } = config;
  return {
    useFipsEndpoint,
    useDualstackEndpoint,
    defaultsMode,
    userAgentAppId,
    maxAttempts,
    retryMode,
    authSchemePreference,
  };
}
