import { badInput } from '../../domain/error.ts';
import type { GatewayContext } from '../context.ts';

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
 * The sequence number after which a subscription continues: that of the last event that the client
 * received over SSE, which is later than its `after` argument; null without either.
 * @throws GatewayError BAD_USER_INPUT when it is not a cursor
 */
export function sequenceOf(
  cursor: string | null | undefined,
  { lastEventId }: Pick<GatewayContext, 'lastEventId'>,
): number | null {
  const position = lastEventId ?? cursor;
  if (position == null) return null;
  if (/^\d{1,16}$/.test(position)) return Number(position);
  throw badInput(
    lastEventId == null
      ? 'after must be the value of the `cursor` field of an earlier event.'
      : 'Last-Event-ID must be the id of an earlier event of this subscription.',
  );
}
