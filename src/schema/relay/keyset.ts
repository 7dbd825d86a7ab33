import type { PlaceInOrder } from '../../domain/portfolio-filter.ts';
import { openCursor, sealCursor } from './cursor.ts';
import {
  type Connection,
  type ConnectionArgs,
  checkFirst,
  ListPage,
  wrongCursor,
} from './pagination.ts';

/** A row of a list and its place in the order of the list. */
export interface PlacedRow<T> {
  readonly row: T;
  readonly place: PlaceInOrder;
}

/** A list whose cursors hold places: changes of other rows neither repeat nor skip a row. */
export interface KeysetList<T> {
  /** The field, filter and order. A cursor is valid only for the identity it was issued for. */
  readonly identity: readonly unknown[];
  /** Rows after a place, in order. */
  read(after: PlaceInOrder | null, limit: number): Promise<readonly PlacedRow<T>[]>;
}

/**
 * A function that reads the page when it is called, once.
 * @throws GatewayError BAD_USER_INPUT when `first` is out of range or `after` is not a cursor of
 *   this list
 */
export function keysetPage<T>(
  args: ConnectionArgs,
  list: KeysetList<T>,
): () => Promise<Connection<T>> {
  const first = checkFirst(args.first);
  const identity = JSON.stringify(list.identity);
  const after = args.after == null ? null : placeOf(args.after, identity);
  let page: Promise<Connection<T>> | undefined;
  return () => {
    page ??= readPage(list, { first, after, identity });
    return page;
  };
}

interface Wanted {
  readonly first: number;
  readonly after: PlaceInOrder | null;
  readonly identity: string;
}

async function readPage<T>(
  list: KeysetList<T>,
  { first, after, identity }: Wanted,
): Promise<Connection<T>> {
  // One more, to know whether another page follows.
  const rows = await list.read(after, first + 1);
  return new ListPage({
    nodes: rows.slice(0, first).map(({ row }) => row),
    hasPreviousPage: after !== null,
    cursorAt(index) {
      const place = rows[index]?.place;
      if (!place) throw new RangeError(`the page has no node ${index}`);
      return cursorOf(place, identity);
    },
    hasNextPage: async () => rows.length > first,
  });
}

/** The cursor of a row in the list with this identity, as JSON. */
export function cursorOf({ value, id }: PlaceInOrder, identity: string): string {
  return sealCursor([value, id], identity);
}

/** @throws GatewayError BAD_USER_INPUT when it is not a cursor of this list */
export function placeOf(cursor: string, identity: string): PlaceInOrder {
  const payload = openCursor(cursor, identity);
  if (!Array.isArray(payload) || payload.length !== 2) throw wrongCursor();
  const [value, id] = payload;
  const isValue = value === null || typeof value === 'string' || Number.isSafeInteger(value);
  if (!isValue || typeof id !== 'string') throw wrongCursor();
  return { value, id };
}
