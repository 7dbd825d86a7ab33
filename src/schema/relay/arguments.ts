import { badInput } from '../../domain/error.ts';

/** @throws GatewayError BAD_USER_INPUT when the value is missing or blank */
export function notEmpty(name: string, value: string | null | undefined): string {
  if (value == null || value.trim() === '') throw badInput(`${name} must not be empty.`);
  return value;
}

/**
 * @param prefix of the names of the arguments
 * @throws GatewayError BAD_USER_INPUT when the times are reversed
 */
export function checkPeriod(
  prefix: string,
  from: Date | null | undefined,
  until: Date | null | undefined,
): void {
  if (from && until && from >= until) {
    throw badInput(`${prefix}from must be before ${prefix}until.`);
  }
}

/**
 * The sequence number in a subscription's `after` argument; null when the argument is missing.
 * @throws GatewayError BAD_USER_INPUT when it is not a cursor
 */
export function sequenceOf(cursor: string | null | undefined): number | null {
  if (cursor == null) return null;
  if (!/^\d{1,16}$/.test(cursor)) {
    throw badInput('after must be the value of the `cursor` field of an earlier event.');
  }
  return Number(cursor);
}
