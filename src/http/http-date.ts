// The `Date` header (RFC 9110 §5.6.7), rendered once a second.

import type { Clock } from "../sys/clock.ts";

export function createDateHeader(clock: Pick<Clock, "now">): (monotonicMs: number) => string {
  let rendered = "";
  let validUntilMs = -Infinity;
  return (monotonicMs) => {
    if (monotonicMs >= validUntilMs) {
      const now = clock.now();
      rendered = now.toUTCString();
      validUntilMs = monotonicMs + 1000 - now.getUTCMilliseconds();
    }
    return rendered;
  };
}
