// What of this machine can run something as root for its user.
import type { Context } from "../context.ts";
import { hasNetAdmin } from "../sys/capabilities.ts";
import { type Elevation, findElevation } from "../redirect/plan.ts";

// Never the caller's PATH: what stands there would be asked for root. NixOS keeps its wrappers in a folder of its own.
const PATH = "/run/wrappers/bin:/usr/bin:/bin:/usr/local/bin:/opt/homebrew/bin";

export type Privilege = { isRoot: boolean; elevation: Elevation | undefined };

export function privilegeOf({ uid, platform }: Pick<Context, "uid" | "platform">): Privilege {
  return {
    isRoot: uid === 0 || hasNetAdmin(platform),
    elevation: findElevation((program) => Bun.which(program, { PATH })),
  };
}
