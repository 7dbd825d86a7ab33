import type { CancelSignal } from '../../domain/cancellation.ts';
/** The bearer token of one backend. */
export interface Credential {
  /** Returns a token that is not about to expire. Concurrent calls share one token request. */
  token(signal: CancelSignal): Promise<string>;
  /** The same token when it is at hand, so that most calls need not wait; otherwise null. */
  current?(): string | null;
  /**
   * Reports that the backend rejected `token`. Returns true when `token()` may now return another
   * one, so that the call should be sent once more.
   */
  invalidate(token: string): boolean;
}

/** A token from the configuration, which never changes. */
export function fixedToken(token: string): Credential {
  return { token: async () => token, current: () => token, invalidate: () => false };
}
