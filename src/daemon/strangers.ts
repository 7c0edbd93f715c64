// Who may not ask gets the refusal, but however many of them come they take no place from those who may; nor does one
// container from the others on its bridge.
import { isAllowedUid } from "../imds/guard.ts";
import type { ImdsCaller } from "../imds/message.ts";

export type Strangers = {
  /** False where there are too many of its kind already. Of one that is let in, `left` is told once. */
  letIn(caller: ImdsCaller): boolean;
  left(caller: ImdsCaller): void;
};

const MOST_STRANGERS = 64;
const MOST_OF_ONE_CONTAINER = 256;

/** `containers`: they may ask. One with an address of its own has come to a listener of its own. */
export function createStrangers(uids: readonly number[] | "*", containers: boolean): Strangers {
  const present = new Map<string, number>();
  const crowdOf = ({ uid, container, address }: ImdsCaller): { name: string; most: number } | undefined => {
    if (container === "bridge") return { name: address, most: MOST_OF_ONE_CONTAINER };
    const isRefused = container === "process" && !containers;
    return isRefused || !isAllowedUid(uid, uids) ? { name: "strangers", most: MOST_STRANGERS } : undefined;
  };
  return {
    letIn(caller) {
      const crowd = crowdOf(caller);
      if (crowd === undefined) return true;
      const count = present.get(crowd.name) ?? 0;
      if (count >= crowd.most) return false;
      present.set(crowd.name, count + 1);
      return true;
    },
    left(caller) {
      const crowd = crowdOf(caller);
      if (crowd === undefined) return;
      const count = present.get(crowd.name) ?? 0;
      if (count > 1) present.set(crowd.name, count - 1);
      else present.delete(crowd.name);
    },
  };
}
