// Names of a broker's roles: SOURCE, SOURCE/ROLE, SOURCE/ACCOUNT/ROLE, the first being a name of [sources].
import type { BrokerConfig } from "../config/schema.ts";
import type { BaseSpec } from "./role-spec.ts";

/** Undefined where no source has that name. */
export function brokerBase(name: string, sources: Readonly<Record<string, BrokerConfig>>): BaseSpec | undefined {
  const [source = "", ...rest] = name.split("/");
  const settings = Object.hasOwn(sources, source) ? sources[source] : undefined;
  if (settings === undefined || rest.length > 2 || rest.includes("")) return undefined;
  const [role, account] = rest.toReversed();
  return {
    kind: "broker",
    source,
    settings,
    ...(account === undefined ? {} : { account }),
    ...(role === undefined ? {} : { role }),
  };
}
