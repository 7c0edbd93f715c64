import type { Environment } from "../paths.ts";
import { childEnvironment } from "./child-environment.ts";

/** Starts a program that nobody waits for; false where it cannot be started. */
export function startDetached(argv: readonly string[], env: Environment): boolean {
  try {
    const child = Bun.spawn([...argv], {
      env: childEnvironment(env),
      cwd: "/",
      detached: true,
      stdio: ["ignore", "ignore", "ignore"],
    });
    child.unref();
    return true;
  } catch {
    return false;
  }
}
