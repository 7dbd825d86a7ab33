import { Admission } from '../../src/backends/admission.ts';
import { Breaker } from '../../src/backends/breaker.ts';
import { BackendCalls, type BackendCallsOptions } from '../../src/backends/call.ts';
import type { Credential } from '../../src/backends/credentials/credential.ts';
import { fixedSize } from '../../src/backends/lane-size.ts';
import { Lanes } from '../../src/backends/lanes.ts';
import type { CallScope, RequestLane } from '../../src/domain/call-scope.ts';

export function scope(signal = new AbortController().signal, requestId = 'req-1'): CallScope {
  return { signal, requestId };
}

/** Returns t1, then the next of `tokens` tokens after each invalidation. */
export function changingTokens(tokens: number): Credential & { readonly invalidated: string[] } {
  let current = 1;
  const invalidated: string[] = [];
  return {
    invalidated,
    token: async () => `t${current}`,
    invalidate(token) {
      invalidated.push(token);
      if (current === tokens) return false;
      current++;
      return true;
    },
  };
}

/** The scope of one request of a viewer. */
export function requestScope(viewer = 'ann', signal = new AbortController().signal): CallScope {
  const lane: RequestLane = { viewer, type: 'REQUEST' };
  return { signal, requestId: 'req-1', lane };
}

/** Calls with a deadline of one second. */
export function callsOf(options: Partial<BackendCallsOptions> = {}): BackendCalls {
  const service = 'billing';
  return new BackendCalls({
    service,
    timeoutMs: 1_000,
    admission: new Admission({ service, concurrency: 50, queue: 100 }),
    lanes: new Lanes(fixedSize(100), service),
    breaker: new Breaker({ service, host: 'billing.test' }),
    ...options,
  });
}
