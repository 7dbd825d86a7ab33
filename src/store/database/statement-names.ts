import type { QueryConfig } from 'pg';

/** Statements with a name; those whose text varies, such as long lists, stay unnamed after that. */
const MAX_NAMES = 200;

/**
 * Names statements, so that each connection parses and plans them once. The same text has the same
 * name on every connection.
 */
export class StatementNames {
  readonly #names = new Map<string, string>();
  #generation = 0;

  named(query: QueryConfig): QueryConfig {
    let name = this.#names.get(query.text);
    if (name === undefined && this.#names.size < MAX_NAMES) {
      name = `gateway_${this.#generation}_${this.#names.size}`;
      this.#names.set(query.text, name);
    }
    return name === undefined ? query : { ...query, name };
  }

  /** Gives every statement another name: a migration has made its stored plans unusable. */
  renew(): void {
    this.#generation++;
    this.#names.clear();
  }
}
