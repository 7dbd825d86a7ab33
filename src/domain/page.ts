import { type BackendName, GatewayError } from './error.ts';

/** One page of an upstream list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** The opaque token of the page after this one; null on the last page. */
  readonly nextToken: string | null;
}

/** What a backend is asked for: the page behind `token` (null = the first) of at most `size` items. */
export interface PageRequest {
  readonly token: string | null;
  readonly size: number;
}

/** The largest page that is read from the gateway's own store at once. */
export const MAX_STORED_PAGE = 500;

/** A backend whose next page is the same page again would be paged through for ever. */
export function repeatedPageToken(service?: BackendName): GatewayError {
  const message = 'The backend gave the same page token twice.';
  return new GatewayError('INTERNAL_SERVER_ERROR', message, { service });
}
