import { inSpan, type SpanOptions } from '../../domain/tracing.ts';
import type { Database, DatabaseKind } from './database.ts';

const systems: Readonly<Record<DatabaseKind, string>> = {
  sqlite: 'sqlite',
  postgres: 'postgresql',
};

/** Runs a transaction in a span that names its main statement, never the values. */
export function inStatementSpan<T>(
  { kind }: Pick<Database, 'kind'>,
  operation: 'INSERT' | 'UPDATE',
  table: 'writes' | 'operations' | 'operation_entries',
  run: () => Promise<T>,
): Promise<T> {
  return inSpan((): SpanOptions => {
    const attributes = {
      'db.system.name': systems[kind],
      'db.operation.name': operation,
      'db.collection.name': table,
    };
    return { name: `${operation} ${table}`, kind: 'CLIENT', attributes };
  }, run);
}
