import { type RawBuilder, sql } from 'kysely';
import { INDEXED_WORD } from '../../domain/search-text.ts';
import { bigrams } from '../database/bigrams.ts';
import type { DatabaseKind } from '../database/database.ts';

export type SearchTable = 'portfolio_subscription_search' | 'portfolio_customer_search';

/** The numbers of the rows that contain the words, by `searchKey`; null when there are many. */
export type FoundRows = ReadonlyMap<string, readonly number[] | null>;

/**
 * How a query reads rows: in their order until it has enough, all that match through indexes, or all
 * rows of the table, as counts do.
 */
export type Access = 'walk' | 'select' | 'scan';

/** The table that a filter is for. */
export interface FilterTarget {
  readonly kind: DatabaseKind;
  /** The alias of the table in the query. */
  readonly alias: 's' | 'c';
  readonly search: SearchTable;
  /** The rows that the filter's searches find; without it, the query searches itself. */
  readonly found?: FoundRows;
  /** Whether each row has a copy of its text. */
  readonly hasTexts?: boolean;
  readonly access?: Access;
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
  const found = target.found?.get(searchKey(words));
  const contains = found ? null : testOf(words, target);
  if (contains) return isNot ? sql`not ${contains}` : contains;
  const number = sql.ref(`${target.alias}.number`);
  const rows = found ? listOf(found, target) : sql`(${rowsContaining(words, target)})`;
  return isNot ? sql`${number} not in ${rows}` : sql`${number} in ${rows}`;
}

/** A test of each row's text; null when the query looks for the rows that contain the words. */
function testOf(words: readonly string[], target: FilterTarget): RawBuilder<boolean> | null {
  const { access = 'select', alias, hasTexts = false } = target;
  // For short words, which many rows have, PostgreSQL has no statistics.
  const hasLong = words.some((word) => [...word].length >= INDEXED_WORD);
  if (access === 'select' && (hasLong || !hasTexts)) return null;
  if (hasTexts) return sql`(${containsAll(`${alias}.search`, words)})`;
  return access === 'walk' ? rowContains(words, target) : null;
}

/** One parameter for any number of rows, so that the statement stays prepared. */
function listOf(numbers: readonly number[], { kind }: FilterTarget): RawBuilder<unknown> {
  const list = JSON.stringify(numbers);
  return kind === 'sqlite'
    ? sql`(select value from json_each(${list}))`
    : sql`(select value::bigint from json_array_elements_text(${list}::json))`;
}

/**
 * The numbers of the rows that contain the words. Long words are found through a trigram index, on
 * PostgreSQL those of two letters through an index of pairs.
 */
export function rowsContaining(
  words: readonly string[],
  { kind, search }: Pick<FilterTarget, 'kind' | 'search'>,
): RawBuilder<unknown> {
  if (kind === 'postgres') {
    const where = sql.join(words.map(textContains), sql` and `);
    return sql`select rowid as number from ${sql.table(search)} where ${where}`;
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

function textContains(word: string): RawBuilder<unknown> {
  if ([...word].length !== 2) return contains('search', word);
  return sql`${bigrams} @> array[${word}]::text[]`;
}

/** Tests the text of one row. A subquery that returns a value is not made a join. */
function rowContains(
  words: readonly string[],
  { kind, search, alias }: FilterTarget,
): RawBuilder<boolean> {
  const number = sql.ref(`${alias}.number`);
  return kind === 'sqlite'
    ? sql`(select ${containsAll('c0', words)} from ${contentOf(search)} where id = ${number})`
    : sql`(select ${containsAll('search', words)} from ${sql.table(search)}
        where rowid = ${number})`;
}

/** The table in which FTS5 stores the text: a scan of the virtual table takes much longer. */
function contentOf(search: SearchTable): RawBuilder<unknown> {
  return sql.table(`${search}_content`);
}

function containsAll(column: string, words: readonly string[]): RawBuilder<unknown> {
  return sql.join(
    words.map((word) => contains(column, word)),
    sql` and `,
  );
}

/** SQLite ignores case here, which makes no difference to text in lower case. */
function contains(column: string, word: string): RawBuilder<unknown> {
  const pattern = `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`;
  return sql`${sql.ref(column)} like ${pattern} escape '\\'`;
}

/** A phrase of FTS5: with the trigram tokenizer, it is found as a substring. */
function phrase(word: string): string {
  return `"${word.replaceAll('"', '""')}"`;
}
