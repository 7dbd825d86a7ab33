import { type BackendName, GatewayError } from './error.ts';

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** The opaque token of the next page; null on the last page. */
  readonly nextToken: string | null;
}

/** Requests the page that `token` addresses, the first when it is null, with up to `size` items. */
export interface PageRequest {
  readonly token: string | null;
  readonly size: number;
}

/** The largest page that is read from the gateway's store. */
export const MAX_STORED_PAGE = 500;

/** Reported instead of paging forever through a list whose page tokens repeat. */
export function repeatedPageToken(service?: BackendName): GatewayError {
  const message = 'The backend returned the same page token twice.';
  return new GatewayError('INTERNAL_SERVER_ERROR', message, { service });
}
