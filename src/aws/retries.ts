// The SDK tries again within one call, after five seconds at most. Where AWS asks for more patience than that, the call
// has failed, and the next one comes when AWS wants it.
import { StandardRetryStrategy } from "@smithy/core/retry";
import type { RetryStrategyV2 } from "@smithy/types";
import { wishOf } from "./explain.ts";

const ATTEMPTS = 3;
const LONGEST_MS = 5000;

export function patientRetries(): RetryStrategyV2 {
  const standard: RetryStrategyV2 = new StandardRetryStrategy(ATTEMPTS);
  return {
    acquireInitialRetryToken: (scope) => standard.acquireInitialRetryToken(scope),
    refreshRetryTokenForRetry(token, info) {
      if ((wishOf(info.error) ?? 0) > LONGEST_MS) throw new Error("AWS asks for more patience");
      return standard.refreshRetryTokenForRetry(token, info);
    },
    recordSuccess: (token) => standard.recordSuccess(token),
  };
}
