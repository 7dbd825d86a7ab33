import { randomUUID } from 'node:crypto';
import { type CallScope, pause } from '../domain/call-scope.ts';
import { GatewayError } from '../domain/error.ts';
import type { Logger } from '../log.ts';
import type { Pacer } from './pacer.ts';

/** The first pause after a quota error, in calls: 5 s at the default pace. */
const BACKOFF_CALLS = 25;
const MAX_BACKOFF_MS = 300_000;

const temporary: ReadonlySet<string> = new Set([
  'RATE_LIMITED',
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
]);

export type PacedCalls = ReturnType<typeof createPacedCalls>;

/** Makes the portfolio's own calls at its pace. */
export function createPacedCalls(pacer: Pacer, log: Logger) {
  /**
   * Makes a call, and makes it again after quota errors and outages until `signal` aborts.
   * @param weight the calls that it counts as
   */
  async function run<T>(
    signal: AbortSignal,
    call: (scope: CallScope) => Promise<T>,
    weight = 1,
  ): Promise<T> {
    const scope: CallScope = { signal, requestId: randomUUID() };
    const first = BACKOFF_CALLS * pacer.spacingMs;
    for (let backoff = first; ; backoff = Math.min(MAX_BACKOFF_MS, 2 * backoff)) {
      await pacer.take(weight, signal);
      try {
        return await call(scope);
      } catch (err) {
        if (signal.aborted || !(err instanceof GatewayError) || !temporary.has(err.code)) throw err;
        const waitMs = Math.max(backoff, err.retryAfterMs ?? 0) * (0.75 + Math.random() / 2);
        log.debug({ err, waitMs }, 'portfolio call failed, retrying');
        await pause(waitMs, signal);
      }
    }
  }

  return { run };
}

/** The results of a batch, of which each may be an error. The first temporary one is thrown. */
export function settledResults<T>(results: readonly (T | GatewayError)[]): (T | GatewayError)[] {
  const failed = results.find(
    (result) => result instanceof GatewayError && temporary.has(result.code),
  );
  if (failed) throw failed;
  return [...results];
}
