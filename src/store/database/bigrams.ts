import { sql } from 'kysely';

/**
 * All pairs of adjacent characters of the column `search`, as an array of PostgreSQL: those that begin
 * at odd positions and those at even ones. An index has this expression, and only a condition with the
 * same text uses it, so never change it. Texts have no line breaks.
 */
export const bigrams = sql<readonly string[]>`(
  string_to_array(regexp_replace(search, '(..)', E'\\\\1\\n', 'g'), E'\\n') ||
  string_to_array(regexp_replace(substr(search, 2), '(..)', E'\\\\1\\n', 'g'), E'\\n'))`;
