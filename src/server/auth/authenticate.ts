import type { Viewer } from '../../domain/viewer.ts';

/** What a request or a socket says of who it is: the `authorization` header, or what stands for it. */
export interface Credentials {
  readonly authorization: string | null;
}

/**
 * Decides who asks, once per HTTP request or socket. Rejects with GatewayError UNAUTHENTICATED, or
 * UNAVAILABLE when it cannot be told now.
 */
export type Authenticate = (credentials: Credentials) => Promise<Viewer>;

/** `AUTH=none`: everyone who reaches the gateway may do everything. Configuration allows it on loopback only. */
export function authenticateNobody(): Authenticate {
  const viewer: Viewer = {
    subject: 'anonymous',
    rights: new Set(['READ', 'WRITE']),
    expiresAt: null,
  };
  return async () => viewer;
}

/** The longest delay of a timer, in milliseconds; a viewer that lasts longer is not seen to its end. */
const MAX_DELAY = 2 ** 31 - 1;

/** Calls `end` when the viewer has to say again who it is, unless the returned function is called before. */
export function onExpiry({ expiresAt }: Viewer, end: () => void): () => void {
  const left = expiresAt ? expiresAt.getTime() - Date.now() : MAX_DELAY;
  if (left >= MAX_DELAY) return () => {};
  const timer = setTimeout(end, Math.max(0, left)).unref();
  return () => clearTimeout(timer);
}
