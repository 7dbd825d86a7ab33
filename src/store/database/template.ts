import { type CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tables } from './tables.ts';

/** Where a value goes in a compiled statement. */
class Placeholder {
  readonly name: PropertyKey;

  constructor(name: PropertyKey) {
    this.name = name;
  }
}

/** Returns the expression that stands for one value of a template. */
export type Slot<V> = <K extends keyof V>(name: K) => RawBuilder<V[K]>;

/**
 * A statement that is compiled once and then only filled with values: compiling takes longer than
 * everything else that the gateway does for a statement. `build` must not depend on the values, and
 * is called with the first `db` only, so that a template belongs to one database.
 */
export function template<V extends object, Row>(
  build: (db: Kysely<Tables>, slot: Slot<V>) => CompiledQuery<Row>,
): (db: Kysely<Tables>, values: V) => CompiledQuery<Row> {
  let compiled: CompiledQuery<Row> | null = null;
  return (db, values) => {
    compiled ??= build(db, (name) => sql`${new Placeholder(name)}`);
    const fill = (parameter: unknown): unknown =>
      parameter instanceof Placeholder ? Reflect.get(values, parameter.name) : parameter;
    return { ...compiled, parameters: compiled.parameters.map(fill) };
  };
}
