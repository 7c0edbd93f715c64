// The state of the list while a person chooses. Pure: a key in, the next state out.
import type { Key } from "./keys.ts";
import { rank } from "./match.ts";

export type Choice = {
  name: string;
  account: string;
  arn: string;
  protected: boolean;
  /** The one that is served now. */
  current: boolean;
};

export type Picker = {
  choices: readonly Choice[];
  query: string;
  /** Indexes of `choices` that match the query, best first. */
  matches: readonly number[];
  /** Index of `matches`. */
  selected: number;
};

export type Outcome = { picker: Picker } | { chosen: string } | { cancelled: true };

export function openPicker(choices: readonly Choice[]): Picker {
  return search(choices, "");
}

/** `page`: how many entries are shown at once. */
export function press(picker: Picker, key: Key, page: number): Outcome {
  const { choices, query, matches, selected } = picker;
  const move = (to: number) => ({
    picker: { ...picker, selected: Math.min(Math.max(to, 0), Math.max(matches.length - 1, 0)) },
  });
  switch (key.kind) {
    case "text":
      return { picker: search(choices, query + key.text) };
    case "erase":
      return { picker: search(choices, Array.from(query).slice(0, -1).join("")) };
    case "erase-word":
      return { picker: search(choices, query.replace(/\S*\s*$/, "")) };
    case "erase-all":
      return { picker: search(choices, "") };
    case "up":
      return move(selected - 1);
    case "down":
      return move(selected + 1);
    case "page-up":
      return move(selected - page);
    case "page-down":
      return move(selected + page);
    case "first":
      return move(0);
    case "last":
      return move(matches.length - 1);
    case "cancel":
      return { cancelled: true };
    case "choose": {
      const chosen = choices[matches[selected] ?? -1];
      return chosen === undefined ? { picker } : { chosen: chosen.name };
    }
  }
}

function search(choices: readonly Choice[], query: string): Picker {
  const searchable = choices.map(({ name, account, arn }) => ({ name, more: `${account} ${arn}` }));
  return { choices, query, matches: rank(searchable, query), selected: 0 };
}
