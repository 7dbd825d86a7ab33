import type { Viewer } from '../domain/viewer.ts';

/** What a request or a socket says of who it is: the `authorization` header, or what stands for it. */
export interface Credentials {
  readonly authorization: string | null;
}

/** Decides who asks, once per HTTP request or socket. Rejects with GatewayError UNAUTHENTICATED. */
export type Authenticate = (credentials: Credentials) => Promise<Viewer>;

/** `AUTH=none`: everyone who reaches the gateway may do everything. Configuration allows it on loopback only. */
export function authenticateNobody(): Authenticate {
  const viewer: Viewer = { subject: 'anonymous', rights: new Set(['READ', 'WRITE']) };
  return async () => viewer;
}
