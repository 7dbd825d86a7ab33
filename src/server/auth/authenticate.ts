import type { Viewer } from '../../domain/viewer.ts';

/** The credentials of an HTTP request or a socket. */
export interface Credentials {
  /** The `authorization` header, or the connection parameter of that name. */
  readonly authorization: string | null;
}

/**
 * Authenticates an HTTP request or socket, once. Rejects with GatewayError UNAUTHENTICATED, or
 * UNAVAILABLE when the issuer's keys cannot be fetched.
 */
export type Authenticate = (credentials: Credentials) => Viewer | Promise<Viewer>;

/** `AUTH=none`: every caller may do everything. The configuration allows this only on loopback. */
export function allowAnonymous(): Authenticate {
  const viewer: Viewer = {
    subject: 'anonymous',
    rights: new Set(['READ', 'WRITE']),
    roles: null,
    resellers: null,
    expiresAt: null,
  };
  return () => viewer;
}

/** The longest delay of a timer, in milliseconds, about 25 days. */
const MAX_DELAY = 2 ** 31 - 1;

/** The shortest time that a connection stays open: a token may expire on its way here. */
const MIN_OPEN_MS = 1_000;

/** Calls `end` when the viewer's token expires, unless the returned function is called before. */
export function onExpiry({ expiresAt }: Viewer, end: () => void): () => void {
  if (!expiresAt) return () => {};
  const expiry = Math.max(expiresAt.getTime(), Date.now() + MIN_OPEN_MS);
  let timer: NodeJS.Timeout;
  function wait(): void {
    const left = expiry - Date.now();
    if (left > MAX_DELAY) timer = setTimeout(wait, MAX_DELAY).unref();
    else timer = setTimeout(end, Math.max(0, left)).unref();
  }
  wait();
  return () => clearTimeout(timer);
}
