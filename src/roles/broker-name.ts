// Names of a broker's roles: SOURCE, SOURCE/ROLE, SOURCE/ACCOUNT/ROLE, the first being a name of [sources].
import type { BrokerConfig, SourceConfig } from "../config/schema.ts";
import type { BaseSpec } from "./role-spec.ts";

/** The other kind names keys in the keychain. */
export function isBroker(source: SourceConfig): source is BrokerConfig {
  return !("keychain" in source);
}

/** Undefined where no broker has that name. */
export function brokerBase(name: string, sources: Readonly<Record<string, SourceConfig>>): BaseSpec | undefined {
  const [source = "", ...rest] = name.split("/");
  const settings = Object.hasOwn(sources, source) ? sources[source] : undefined;
  if (settings === undefined || !isBroker(settings) || rest.length > 2 || rest.includes("")) return undefined;
  const [role, account] = rest.toReversed();
  return {
    kind: "broker",
    source,
    settings,
    ...(account === undefined ? {} : { account }),
    ...(role === undefined ? {} : { role }),
  };
}
