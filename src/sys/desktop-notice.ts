// A notice on the person's desktop, by the program that the platform has for it; where there is none, nothing.
import type { Environment } from "../paths.ts";
import { startDetached } from "./start-detached.ts";

export function showNotice(words: string, env: Environment, platform: NodeJS.Platform): void {
  const argv = noticeCommand(words, platform);
  if (argv !== undefined) startDetached(argv, env);
}

export function noticeCommand(words: string, platform: NodeJS.Platform): string[] | undefined {
  if (platform === "linux") return ["notify-send", "--app-name=metacred", "metacred", words];
  if (platform !== "darwin") return undefined;
  // The words are an argument of the script, never part of it.
  const script = 'on run words\ndisplay notification (item 1 of words) with title "metacred"\nend run';
  return ["osascript", "-e", script, words];
}
