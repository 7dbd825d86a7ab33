import { z } from 'zod';
import { type FieldViolation, GatewayError } from '../domain/error.ts';

const email = z.email();

/**
 * Collects what is wrong with an input, so that it is told all at once. Only what a vendor documents
 * is checked here; whatever else it minds it says itself.
 */
export class Validation {
  readonly #violations: FieldViolation[];
  readonly #prefix: string;

  constructor(violations: FieldViolation[] = [], prefix = 'input.') {
    this.#violations = violations;
    this.#prefix = prefix;
  }

  /** The same collection, for fields below `path`. */
  at(path: string): Validation {
    return new Validation(this.#violations, `${this.#prefix}${path}.`);
  }

  /** @param path where the field stands in the input, without the input itself */
  refuse(path: string, description: string): void {
    this.#violations.push({ field: `${this.#prefix}${path}`, description });
  }

  check(path: string, isRight: boolean, description: string): void {
    if (!isRight) this.refuse(path, description);
  }

  required(path: string, value: string | null | undefined): void {
    this.check(path, value != null && value.trim() !== '', 'is needed');
  }

  /** In characters. */
  atMost(path: string, value: string | null | undefined, length: number): void {
    this.check(path, [...(value ?? '')].length <= length, `is longer than ${length} characters`);
  }

  /** Absent is right. */
  email(path: string, value: string | null | undefined): void {
    this.check(path, value == null || email.safeParse(value).success, 'is no e-mail address');
  }

  /** @throws GatewayError BAD_USER_INPUT with every violation */
  end(): void {
    const [first, ...more] = this.#violations;
    if (!first) return;
    const others = more.length > 0 ? ` (and ${more.length} more)` : '';
    throw new GatewayError('BAD_USER_INPUT', `${first.field} ${first.description}${others}.`, {
      violations: this.#violations,
    });
  }
}
