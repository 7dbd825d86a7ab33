import { openPageToken } from '../page-tokens.ts';
import { type FieldViolation, invalidArgument } from './status.ts';

const maxIdLength = 50;
const maxTokenLength = 100;
const maxPageSize = 1000n;
const defaultPageSize = 100;

/** Collects what is wrong with a request, so that one answer names every field. */
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

  /** Throws INVALID_ARGUMENT when anything was wrong. */
  done(): void {
    if (this.#violations.length > 0) throw invalidArgument(this.#violations);
  }
}

export interface PageRequest {
  readonly pageSize: bigint;
  readonly pageToken: string;
}

/** Size and start of the page that was asked for; throws INVALID_ARGUMENT with every violation. */
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
    check.violation('page_token', 'the token is not one of this list');
  }
  check.done();
  return { size: pageSize === 0n ? defaultPageSize : Number(pageSize), after: after ?? 0 };
}
