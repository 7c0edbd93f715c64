// Who may not ask gets the refusal, but however many of them come they take no place from those who may.
import type { ImdsCaller } from "../imds/message.ts";

export type Strangers = {
  /** False where there are too many already. Of one that is let in, `left` is told once. */
  letIn(caller: ImdsCaller): boolean;
  left(caller: ImdsCaller): void;
};

const MOST = 64;

/** `containers`: they may ask. One with an address of its own has come to a listener of its own. */
export function createStrangers(uids: readonly number[] | "*", containers: boolean): Strangers {
  let present = 0;
  const isStranger = ({ uid, container }: ImdsCaller) => {
    if (container === "bridge") return false;
    if (container === "process" && !containers) return true;
    return uids !== "*" && (uid === undefined || !uids.includes(uid));
  };
  return {
    letIn(caller) {
      if (!isStranger(caller)) return true;
      if (present >= MOST) return false;
      present++;
      return true;
    },
    left(caller) {
      if (isStranger(caller)) present--;
    },
  };
}
