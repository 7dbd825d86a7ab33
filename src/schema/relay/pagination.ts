import { badInput, type GatewayError } from '../../domain/error.ts';
import { type Page, type PageRequest, PageWalk } from '../../domain/page.ts';
import { openCursor, sealCursor } from './cursor.ts';

export const DEFAULT_FIRST = 50;
export const MAX_FIRST = 1000;

export interface ConnectionArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

/** A backend list, paged by opaque tokens. */
export interface ListSource<T> {
  /** The field and filter of the list. A cursor is valid only for the identity it was issued for. */
  readonly identity: readonly unknown[];
  /** The largest page size that the backend accepts. */
  readonly maxPageSize: number;
  fetch(page: PageRequest): Promise<Page<T>>;
}

export interface Edge<T> {
  readonly cursor: string;
  readonly node: T;
}

/** One page of a list. */
export interface Connection<T> {
  readonly nodes: readonly T[];
  /** The nodes with their cursors. */
  readonly edges: readonly Edge<T>[];
  readonly hasPreviousPage: boolean;
  /** The cursor of the node at this index. */
  cursorAt(index: number): string;
  /** Exact. May fetch another page, so call it only when the query selects the field. */
  hasNextPage(): Promise<boolean>;
}

/** Creates edges and cursors when they are read: most queries select `nodes`, and one cursor at most. */
export class ListPage<T> implements Connection<T> {
  readonly nodes: readonly T[];
  readonly hasPreviousPage: boolean;
  readonly cursorAt: (index: number) => string;
  readonly hasNextPage: () => Promise<boolean>;

  constructor(page: Omit<Connection<T>, 'edges'>) {
    this.nodes = page.nodes;
    this.hasPreviousPage = page.hasPreviousPage;
    this.cursorAt = page.cursorAt;
    this.hasNextPage = page.hasNextPage;
  }

  get edges(): readonly Edge<T>[] {
    return this.nodes.map((node, index) => new PageEdge(node, this, index));
  }
}

class PageEdge<T> implements Edge<T> {
  readonly node: T;
  readonly #page: ListPage<T>;
  readonly #index: number;

  constructor(node: T, page: ListPage<T>, index: number) {
    this.node = node;
    this.#page = page;
    this.#index = index;
  }

  get cursor(): string {
    return this.#page.cursorAt(this.#index);
  }
}

/** A position in a backend list: `offset` items into the page that `token` addresses. */
interface Position {
  readonly token: string | null;
  /** The size the page was fetched with, needed to fetch the same page again. */
  readonly size: number;
  readonly offset: number;
}

const START: Position = { token: null, size: 0, offset: 0 };

/**
 * Reads `first` items after a cursor, in as few backend calls as the list's page size allows. The
 * cursor of a page's last item holds the next page's token, so continuing after it fetches no page
 * twice.
 * @throws GatewayError BAD_USER_INPUT when `first` is out of range or `after` is not a cursor of
 *   this list
 */
export async function paginate<T>(
  args: ConnectionArgs,
  source: ListSource<T>,
): Promise<Connection<T>> {
  const first = checkFirst(args.first);
  const identity = JSON.stringify(source.identity);
  const start = args.after == null ? START : decodeCursor(args.after, identity);
  const nodes: T[] = [];
  const places: Place[] = [];
  const walk = new PageWalk();
  let next: Position | null = start;
  let isMoreKnown = false;

  while (next !== null && nodes.length < first) {
    const wanted = first - nodes.length;
    const position: Position = atPageStart(next)
      ? { ...next, size: Math.min(wanted, source.maxPageSize) }
      : next;
    const page = await source.fetch(position);
    walk.record(page, position.token);
    const taken = page.items.slice(position.offset, position.offset + wanted);
    places.push({ position, page, start: nodes.length });
    nodes.push(...taken);
    const read = position.offset + taken.length;
    isMoreKnown = read < page.items.length;
    next = positionAfter(position, read, page);
  }

  let ahead: Promise<boolean> | undefined;
  return new ListPage({
    nodes,
    hasPreviousPage: args.after != null,
    cursorAt: (index) => cursorAt(places, index, identity),
    hasNextPage() {
      ahead ??= isMoreKnown ? Promise.resolve(true) : hasItems(next, source, walk);
      return ahead;
    },
  });
}

/** A page of the backend, and where the list was read. */
interface Place {
  readonly position: Position;
  readonly page: Page<unknown>;
  /** Nodes from pages before it. */
  readonly start: number;
}

function cursorAt(places: readonly Place[], index: number, identity: string): string {
  const place = places.findLast(({ start }) => start <= index);
  if (!place) throw new RangeError(`the page has no node ${index}`);
  const { position, page, start } = place;
  const offset = position.offset + index - start + 1;
  // The list may still grow after its last item, so that item's cursor stays on the last page.
  const after = positionAfter(position, offset, page) ?? { ...position, offset };
  return sealCursor([after.token, after.size, after.offset], identity);
}

/** The position after `offset` items of a page; null at the end of the list. */
function positionAfter<T>(position: Position, offset: number, page: Page<T>): Position | null {
  if (offset < page.items.length) return { ...position, offset };
  return page.nextToken === null ? null : { token: page.nextToken, size: 0, offset: 0 };
}

/** Whether there are items at or after `position`. A page token alone does not guarantee any. */
async function hasItems<T>(
  position: Position | null,
  source: ListSource<T>,
  walk: PageWalk,
): Promise<boolean> {
  let next = position;
  while (next !== null) {
    const request: Position = atPageStart(next) ? { ...next, size: 1 } : next;
    const page = await source.fetch(request);
    if (page.items.length > request.offset) return true;
    walk.record(page, request.token);
    next = positionAfter(request, Math.max(request.offset, page.items.length), page);
  }
  return false;
}

function atPageStart({ offset }: Position): boolean {
  return offset === 0;
}

/** @throws GatewayError BAD_USER_INPUT when `first` is out of range */
export function checkFirst(first: number | null | undefined): number {
  const value = first ?? DEFAULT_FIRST;
  if (!Number.isInteger(value) || value < 0 || value > MAX_FIRST) {
    throw badInput(`first must be an integer from 0 to ${MAX_FIRST}.`);
  }
  return value;
}

function decodeCursor(cursor: string, identity: string): Position {
  const position = parsePosition(openCursor(cursor, identity));
  if (position) return position;
  throw wrongCursor();
}

/** For an `after` that is not a cursor of its list. */
export function wrongCursor(): GatewayError {
  return badInput(
    'after is not a cursor of this list. Pass a cursor that the same field returned for the same arguments.',
  );
}

function parsePosition(value: unknown): Position | null {
  if (!Array.isArray(value)) return null;
  const [token, size, offset] = value;
  const isToken = token === null || (typeof token === 'string' && token !== '');
  if (!isToken || !isCount(size) || !isCount(offset)) return null;
  return offset > 0 && size === 0 ? null : { token, size, offset };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_FIRST;
}
