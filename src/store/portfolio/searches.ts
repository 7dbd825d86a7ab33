import { sql } from 'kysely';
import type { PortfolioFilter } from '../../domain/portfolio-filter.ts';
import type { Database } from '../database/database.ts';
import {
  type FilterTarget,
  rowsContaining,
  type SearchTable,
  searchKey,
} from './search-conditions.ts';

/** The most rows of a search that are passed to a query as a list. */
const MAX_FOUND = 1_000;

type Numbers = readonly number[] | null;
type RowTable = 'portfolio_subscriptions' | 'portfolio_customers';
type SearchResults = Required<Pick<FilterTarget, 'found' | 'hasTexts'>>;

/**
 * Runs the searches of a filter before the query that needs them. The database plans a query before it
 * knows how many rows a word finds: with a few rows, it reads those; with many, it tests each row on
 * its way. A page, its count and its summary share the searches that run at the same time.
 */
export class Searches {
  readonly #database: Database;
  readonly #table: SearchTable;
  readonly #rows: RowTable;
  readonly #running = new Map<string, Promise<Numbers>>();

  /** @param rows the table of the rows that `table` has the texts of */
  constructor(database: Database, table: SearchTable, rows: RowTable) {
    this.#database = database;
    this.#table = table;
    this.#rows = rows;
  }

  async find(filter: PortfolioFilter): Promise<SearchResults> {
    const found = new Map<string, Numbers>();
    for (const words of searchesIn(filter)) {
      const key = searchKey(words);
      if (!found.has(key)) found.set(key, await this.#shared(key, words));
    }
    const isCommon = [...found.values()].includes(null);
    return { found, hasTexts: isCommon && (await this.#hasTexts()) };
  }

  /** False until the sweep has completed the copies of a database that was migrated. */
  async #hasTexts(): Promise<boolean> {
    const { kind } = this.#database;
    if (kind === 'sqlite') return false;
    const rows = sql`select 1 from ${sql.table(this.#rows)} where search is null limit 1`;
    const missing = await this.#database.read((db) => rows.execute(db));
    return missing.rows.length === 0;
  }

  #shared(key: string, words: readonly string[]): Promise<Numbers> {
    const running = this.#running.get(key);
    if (running) return running;
    const search = this.#search(words).finally(() => this.#running.delete(key));
    this.#running.set(key, search);
    return search;
  }

  async #search(words: readonly string[]): Promise<Numbers> {
    const { kind } = this.#database;
    const rows = rowsContaining(words, { kind, search: this.#table });
    const found = await this.#database.read((db) =>
      sql<{ number: number | string }>`${rows} limit ${sql.lit(MAX_FOUND + 1)}`.execute(db),
    );
    return found.rows.length > MAX_FOUND ? null : found.rows.map(({ number }) => Number(number));
  }
}

function searchesIn(filter: PortfolioFilter): readonly (readonly string[])[] {
  if (filter.type === 'not') return searchesIn(filter.of);
  if (filter.type !== 'is') return filter.of.flatMap(searchesIn);
  const { condition } = filter;
  return condition.type === 'search' && condition.words.length > 0 ? [condition.words] : [];
}
