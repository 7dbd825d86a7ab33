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

/** No list of either API is that long; a walk that reads more pages would not end. */
const MAX_PAGES = 1_000;
/** An empty page with a token is legal, but a list that returns only those would not end. */
const MAX_EMPTY_PAGES = 50;

/** One reading of a backend list, page by page. Rejects a list that does not end. */
export class PageWalk {
  readonly #service: BackendName | undefined;
  readonly #tokens = new Set<string>();
  #pages = 0;
  #emptyPages = 0;

  constructor(service?: BackendName) {
    this.#service = service;
  }

  /**
   * Records a page that `token` addressed.
   * @throws GatewayError INTERNAL_SERVER_ERROR when a page token repeats, or after too many pages
   */
  record({ items, nextToken }: Page<unknown>, token: string | null): void {
    if (nextToken === null) return;
    if (token !== null) this.#tokens.add(token);
    if (this.#tokens.has(nextToken)) this.#fail('The backend returned the same page token twice.');
    this.#tokens.add(nextToken);
    this.#pages++;
    this.#emptyPages = items.length === 0 ? this.#emptyPages + 1 : 0;
    if (this.#pages < MAX_PAGES && this.#emptyPages < MAX_EMPTY_PAGES) return;
    this.#fail('The backend returned a list that does not end.');
  }

  #fail(message: string): never {
    throw new GatewayError('INTERNAL_SERVER_ERROR', message, { service: this.#service });
  }
}

/**
 * Reads a backend list to its end.
 * @param readPage reads the page that a token addresses; null when there is no list
 * @returns the items of all pages; none when `readPage` returns null
 * @throws GatewayError as `PageWalk` does
 */
export async function readAll<T>(
  service: BackendName,
  readPage: (token: string | null) => Promise<Page<T> | null>,
): Promise<T[]> {
  const found: T[] = [];
  const walk = new PageWalk(service);
  let token: string | null = null;
  do {
    const page: Page<T> | null = await readPage(token);
    if (!page) return [];
    found.push(...page.items);
    walk.record(page, token);
    token = page.nextToken;
  } while (token !== null);
  return found;
}

/**
 * One page of a list of the store, whose tokens are the numbers of the rows that pages end with.
 * @param read reads rows after a number, from the beginning when it is null
 */
export async function numberedPage<T>(
  { token, size }: PageRequest,
  read: (after: number | null, limit: number) => Promise<readonly T[]>,
  numberOf: (row: T) => number,
): Promise<Page<T>> {
  // One more, to know whether another page follows.
  const rows = await read(token === null ? null : Number(token), size + 1);
  const items = rows.slice(0, size);
  const last = items.at(-1);
  return { items, nextToken: last && rows.length > size ? String(numberOf(last)) : null };
}
