// A word that has to be one of a few.
import { CliError, EXIT } from "./errors.ts";
import { nearestWord } from "./nearest.ts";

type Place = {
  /** What is wrong, in words. */
  message: string;
  /** What is typed before the word. */
  before: string;
};

/** Throws with exit 2 and the nearest of them, else with all of them. */
export function knownWord<Known extends string>(word: string, known: readonly Known[], place: Place): Known {
  for (const one of known) if (one === word) return one;
  throw new CliError(place.message, {
    hint: `${place.before} ${nearestWord(word, known) ?? known.join("|")}`,
    exit: EXIT.usage,
  });
}
