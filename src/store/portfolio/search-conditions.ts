import { type RawBuilder, sql } from 'kysely';
import { INDEXED_WORD } from '../../domain/search-text.ts';
import type { DatabaseKind } from '../database/database.ts';

export type SearchTable = 'portfolio_subscription_search' | 'portfolio_customer_search';

/** The numbers of the rows that contain the words, by `searchKey`; null when there are many. */
export type FoundRows = ReadonlyMap<string, readonly number[] | null>;

/** The table that a filter is for. */
export interface FilterTarget {
  readonly kind: DatabaseKind;
  /** The alias of the table in the query. */
  readonly alias: 's' | 'c';
  readonly search: SearchTable;
  /** The rows that the filter's searches find; without it, the query searches itself. */
  readonly found?: FoundRows;
  /** Whether the query ends when it has found enough, so that a search of all rows is wasted. */
  readonly isWalk?: boolean;
  /** Whether another condition than `gone`, which most rows have, is the one to find rows by. */
  readonly isFew?: boolean;
}

/** Words have no spaces. */
export function searchKey(words: readonly string[]): string {
  return words.join(' ');
}

/** Whether a row's text contains all words. */
export function searchCondition(
  words: readonly string[],
  target: FilterTarget,
  isNot: boolean,
): RawBuilder<boolean> {
  if (words.length === 0) return isNot ? sql`1 = 0` : sql`1 = 1`;
  const number = sql.ref(`${target.alias}.number`);
  const found = target.found?.get(searchKey(words));
  if (!found && target.isWalk) {
    const contains = rowContains(words, target, number);
    return isNot ? sql`not ${contains}` : contains;
  }
  const rows = found ? listOf(found, target) : sql`(${rowsContaining(words, target)})`;
  return isNot ? sql`${number} not in ${rows}` : sql`${number} in ${rows}`;
}

/** One parameter for any number of rows, so that the statement stays prepared. */
function listOf(numbers: readonly number[], { kind }: FilterTarget): RawBuilder<unknown> {
  const list = JSON.stringify(numbers);
  return kind === 'sqlite'
    ? sql`(select value from json_each(${list}))`
    : sql`(select value::bigint from json_array_elements_text(${list}::json))`;
}

/** The numbers of the rows that contain the words. Long words are found through a trigram index. */
export function rowsContaining(
  words: readonly string[],
  { kind, search }: Pick<FilterTarget, 'kind' | 'search'>,
): RawBuilder<unknown> {
  if (kind === 'postgres') {
    return sql`select rowid as number from ${sql.table(search)} where ${containsAll('search', words)}`;
  }
  const long = words.filter((word) => [...word].length >= INDEXED_WORD);
  const short = words.filter((word) => !long.includes(word));
  const phrases = sql`search match ${long.map(phrase).join(' AND ')}`;
  const indexed = sql`select rowid as number from ${sql.table(search)} where ${phrases}`;
  if (short.length === 0) return indexed;
  const isFound = long.length > 0 ? sql`id in (${indexed}) and` : sql``;
  return sql`select id as number from ${contentOf(search)}
    where ${isFound} ${containsAll('c0', short)}`;
}

/** Tests the text of one row. A subquery that returns a value is not made a join. */
function rowContains(
  words: readonly string[],
  { kind, search }: FilterTarget,
  number: RawBuilder<unknown>,
): RawBuilder<boolean> {
  return kind === 'sqlite'
    ? sql`(select ${containsAll('c0', words)} from ${contentOf(search)} where id = ${number})`
    : sql`(select ${containsAll('search', words)} from ${sql.table(search)}
        where rowid = ${number})`;
}

/** The table in which FTS5 stores the text: a scan of the virtual table takes much longer. */
function contentOf(search: SearchTable): RawBuilder<unknown> {
  return sql.table(`${search}_content`);
}

/** SQLite ignores case here, which makes no difference to text in lower case. */
function containsAll(column: 'c0' | 'search', words: readonly string[]): RawBuilder<unknown> {
  const parts = words.map((word) => {
    const pattern = `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`;
    return sql`${sql.ref(column)} like ${pattern} escape '\\'`;
  });
  return sql.join(parts, sql` and `);
}

/** A phrase of FTS5: with the trigram tokenizer, it is found as a substring. */
function phrase(word: string): string {
  return `"${word.replaceAll('"', '""')}"`;
}
