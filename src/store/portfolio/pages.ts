import { type RawBuilder, sql } from 'kysely';
import type { PlaceInOrder } from '../../domain/portfolio-filter.ts';
import type { Database } from '../database/database.ts';
import { isAfter, type SqlOrder, segmentSql, segmentsFrom, sortedBy } from './places.ts';

/** One more than the largest page, to know whether another one follows. */
const MAX_LIMIT = 1001;
/** The most rows that are read in their order before those that match are selected and sorted. */
const MAX_WALK = 2_000;

/** What is known of the number of rows that a condition selects. Rows that are gone are few. */
export type Breadth = 'all' | 'few' | 'unknown';

export interface PageRequest {
  readonly table: 'portfolio_subscriptions' | 'portfolio_customers';
  readonly alias: 's' | 'c';
  /** The condition of a query that reads all rows that match. */
  readonly where: RawBuilder<boolean>;
  /** The same condition, for a query that ends when it has found enough. */
  readonly walkWhere: RawBuilder<boolean>;
  readonly breadth: Breadth;
  readonly order: SqlOrder;
  /** The row to continue after; null for the first page. */
  readonly after: PlaceInOrder | null;
  readonly limit: number;
}

/**
 * The rows of a page. To read them in the order of an index is fast when many rows match; when few
 * do, or those at the other end, it looks at nearly every row of the table. PostgreSQL's statistics
 * tell the first from the second, but not where in the order the matches are. So some rows are read in
 * their order, and when these are not enough, those that match are selected and sorted.
 */
export async function readPage<Row>(database: Database, page: PageRequest): Promise<Row[]> {
  const request = { ...page, limit: Math.min(page.limit, MAX_LIMIT) };
  if (request.breadth === 'all') return readInOrder(database, request);
  const rows = request.breadth === 'few' ? [] : await readWalk<Row>(database, request);
  return rows.length === request.limit ? rows : readSorted(database, request);
}

/** Reads the rows with a value first, and then those without one, unless there are enough. */
async function readInOrder<Row>(database: Database, request: PageRequest): Promise<Row[]> {
  const rows: Row[] = [];
  for (const segment of segmentsFrom(request.after, request.order)) {
    const limit = request.limit - rows.length;
    if (limit === 0) break;
    const { where, orderBy } = segmentSql(request.alias, request.order, segment);
    const query = sql<Row>`select * from ${tableOf(request)}
      where ${request.walkWhere} and ${where} order by ${orderBy} limit ${limit}`;
    rows.push(...(await rowsOf(database, query)));
  }
  return rows;
}

/** The rows that match among the next ones of the order. */
async function readWalk<Row>(database: Database, request: PageRequest): Promise<Row[]> {
  const { alias, order, after, walkWhere, limit } = request;
  const [segment] = segmentsFrom(after, order);
  if (!segment) return [];
  const next = segmentSql(alias, order, segment);
  const walked = sql`select * from ${tableOf(request)}
    where ${sql.ref(`${alias}.gone`)} = 0 and ${next.where} order by ${next.orderBy} limit ${sql.lit(MAX_WALK)}`;
  const query = sql<Row>`select * from (${walked}) as ${sql.ref(alias)}
    where ${walkWhere} order by ${next.orderBy} limit ${limit}`;
  return rowsOf(database, query);
}

/**
 * Selects all rows that match, and sorts them: at most by an index that has all columns of filters.
 * The order begins with an expression, so that PostgreSQL cannot read the index of the order again.
 */
async function readSorted<Row>(database: Database, request: PageRequest): Promise<Row[]> {
  const { alias, order, after, limit, breadth } = request;
  const where = after ? sql`${request.where} and ${isAfter(alias, order, after)}` : request.where;
  // Otherwise SQLite uses an index of one condition, and reads the row of each of its entries.
  const isScan = database.kind === 'sqlite' && alias === 's' && breadth !== 'few';
  const index = isScan ? sql`indexed by portfolio_subscriptions_by_group` : sql``;
  const number = sql.ref(`${alias}.number`);
  const found = sql`select ${number} from ${tableOf(request)} ${index} where ${where}
    order by ${sortedBy(alias, order, idOf(alias))} limit ${limit}`;
  const query = sql<Row>`select * from ${tableOf(request)} where ${number} in (${found})
    order by ${sortedBy(alias, order, sql.ref(`${alias}.id`))}`;
  return rowsOf(database, query);
}

/** The id, from columns of that index. */
function idOf(alias: 's' | 'c'): RawBuilder<unknown> {
  return alias === 's' ? sql`s.customer_id || '/' || s.sku_id` : sql`c.id`;
}

function tableOf({ table, alias }: PageRequest): RawBuilder<unknown> {
  return sql`${sql.table(table)} as ${sql.ref(alias)}`;
}

async function rowsOf<Row>(database: Database, query: RawBuilder<Row>): Promise<Row[]> {
  const { rows } = await database.read((db) => query.execute(db));
  return rows;
}
