import type { Credential } from '../../src/backends/credentials/credential.ts';
import type { CallScope } from '../../src/domain/call-scope.ts';

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
