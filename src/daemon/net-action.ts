// The words behind `metacred net`.
import { knownWord } from "../known-word.ts";

export const NET_ACTIONS = ["plan", "up", "down", "status", "install", "uninstall"] as const;
export type NetAction = (typeof NET_ACTIONS)[number];

export function netActionOf(word: string): NetAction {
  return knownWord(word, NET_ACTIONS, { message: `"metacred net" does not know "${word}"`, before: "metacred net" });
}
