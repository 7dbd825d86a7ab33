import type { SqliteStatement, SqliteValue } from './sqlite-connection.ts';

/** Texts with a number; those whose text varies, such as long lists, are sent each time after that. */
const MAX_TEXTS = 500;

/** A statement as a thread receives it. The text is absent when it was sent before. */
export interface NumberedStatement {
  readonly number: number;
  readonly parameters: readonly SqliteValue[];
  readonly sql?: string;
}

/** Numbers the texts of statements, so that a thread receives and parses each text once. */
export class StatementTexts {
  readonly #numbers = new Map<string, number>();

  /** For the next message: messages must arrive in this order. */
  number({ sql, parameters }: SqliteStatement): NumberedStatement {
    const known = this.#numbers.get(sql);
    if (known !== undefined) return { number: known, parameters };
    const number = this.#numbers.size;
    if (number < MAX_TEXTS) this.#numbers.set(sql, number);
    return { number, parameters, sql };
  }
}

/** The other side of `StatementTexts`, in the thread. */
export class ReceivedTexts {
  readonly #texts: string[] = [];

  statement({ number, parameters, sql }: NumberedStatement): SqliteStatement {
    if (sql !== undefined && number < MAX_TEXTS) this.#texts[number] = sql;
    const text = sql ?? this.#texts[number];
    if (text === undefined) throw new Error(`statement ${number} was never received`);
    return { sql: text, parameters };
  }
}
