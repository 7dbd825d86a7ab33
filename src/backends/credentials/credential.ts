/** Gives the bearer token of one backend. */
export interface Credential {
  /** A token that is not about to expire. Overlapping calls share one request for a new token. */
  token(signal: AbortSignal): Promise<string>;
  /**
   * Says that the backend refused `token`. True when asking again may give another one, which is
   * worth one more try.
   */
  refused(token: string): boolean;
}

/** A token given by configuration: there is no other to be had. */
export function fixedToken(token: string): Credential {
  return { token: async () => token, refused: () => false };
}
