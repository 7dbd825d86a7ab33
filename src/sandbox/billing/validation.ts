import { openPageToken } from '../page-tokens.ts';
import { type FieldViolation, invalidArgument } from './status.ts';

const maxIdLength = 50;
const maxTokenLength = 100;
const maxPageSize = 1000n;
const defaultPageSize = 100;

/** Collects the violations of a request, so that one error names every field. */
export class RequestCheck {
  #violations: FieldViolation[] = [];

  violation(field: string, description: string): void {
    this.#violations.push({ field, description });
  }

  required(field: string, value: unknown): void {
    if (value === undefined || value === '') this.violation(field, 'value is required');
  }

  id(field: string, value: string): void {
    this.required(field, value);
    this.maxLength(field, value, maxIdLength);
  }

  maxLength(field: string, value: string, max: number): void {
    if ([...value].length > max) {
      this.violation(field, `length must be at most ${max} characters`);
    }
  }

  /** Throws INVALID_ARGUMENT when there are violations. */
  done(): void {
    if (this.#violations.length > 0) throw invalidArgument(this.#violations);
  }
}

/** Throws INVALID_ARGUMENT when the id is missing or too long. */
export function checkId(field: string, value: string): void {
  const check = new RequestCheck();
  check.id(field, value);
  check.done();
}

export interface PageRequest {
  readonly pageSize: bigint;
  readonly pageToken: string;
}

/** The size and start of the requested page; throws INVALID_ARGUMENT with every violation. */
export function checkPage(
  check: RequestCheck,
  request: PageRequest,
  scope: string,
): { readonly size: number; readonly after: number } {
  const { pageSize, pageToken } = request;
  if (pageSize < 0n || pageSize > maxPageSize) {
    check.violation('page_size', `value must be in the range 0 to ${maxPageSize}`);
  }
  check.maxLength('page_token', pageToken, maxTokenLength);
  const after = pageToken === '' ? 0 : openPageToken(scope, pageToken);
  if (after === undefined && pageToken.length <= maxTokenLength) {
    check.violation('page_token', 'the token does not belong to this list');
  }
  check.done();
  return { size: pageSize === 0n ? defaultPageSize : Number(pageSize), after: after ?? 0 };
}
