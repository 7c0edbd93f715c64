// The words behind `metacred net`.
import { CliError, EXIT } from "../errors.ts";
import { nearestWord } from "../nearest.ts";

export const NET_ACTIONS = ["plan", "up", "down", "status", "install", "uninstall"] as const;
export type NetAction = (typeof NET_ACTIONS)[number];

export function netActionOf(word: string): NetAction {
  const action = NET_ACTIONS.find((known) => known === word);
  if (action !== undefined) return action;
  const near = nearestWord(word, NET_ACTIONS);
  throw new CliError(`"metacred net" does not know "${word}"`, {
    hint: near === undefined ? "metacred net --help" : `metacred net ${near}`,
    exit: EXIT.usage,
  });
}
