import { sql } from 'kysely';
import type { DatabaseKind } from './database.ts';

/** The type of a number that is never reused, even after its row is deleted. */
export function runningNumber(kind: DatabaseKind) {
  return kind === 'sqlite'
    ? sql`integer primary key autoincrement`
    : sql`bigint generated always as identity primary key`;
}
