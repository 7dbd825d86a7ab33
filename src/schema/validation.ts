import { type FieldViolation, GatewayError } from '../domain/error.ts';

/** Loose on purpose: the vendors decide which addresses they accept. */
const EMAIL = /^[^\s@]+@[^\s@]+$/;

/**
 * Collects the violations of an input, so that one error reports all of them. Checks only what the
 * vendors document for every case; each backend enforces its other rules itself.
 */
export class Validation {
  readonly #violations: FieldViolation[];
  readonly #prefix: string;

  constructor(violations: FieldViolation[] = [], prefix = 'input.') {
    this.#violations = violations;
    this.#prefix = prefix;
  }

  /** A view of the same violations whose paths are relative to `path`. */
  at(path: string): Validation {
    return new Validation(this.#violations, `${this.#prefix}${path}.`);
  }

  /**
   * @param path the field's path below the input
   * @param rule the violated rule, to follow the field's name: `must be at least 1`
   */
  check(path: string, isValid: boolean, rule: string): void {
    if (!isValid) this.#violations.push({ field: `${this.#prefix}${path}`, description: rule });
  }

  required(path: string, value: string | null | undefined): void {
    this.check(path, value != null && value.trim() !== '', 'is required');
  }

  /** @param length in Unicode code points */
  maxLength(path: string, value: string | null | undefined, length: number): void {
    this.check(
      path,
      [...(value ?? '')].length <= length,
      `must be at most ${length} characters long`,
    );
  }

  /** Accepts a missing value. */
  email(path: string, value: string | null | undefined): void {
    this.check(path, value == null || EMAIL.test(value), 'must be an email address');
  }

  /** @throws GatewayError BAD_USER_INPUT with every violation */
  throwIfInvalid(): void {
    const [first, ...more] = this.#violations;
    if (!first) return;
    const others = more.length > 0 ? ` (and ${more.length} more)` : '';
    throw new GatewayError('BAD_USER_INPUT', `${first.field} ${first.description}${others}.`, {
      violations: this.#violations,
    });
  }
}
