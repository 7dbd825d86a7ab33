import { badInput } from '../../domain/error.ts';

/** @throws GatewayError BAD_USER_INPUT when the argument says nothing */
export function notEmpty(name: string, value: string | null | undefined): string {
  if (value == null || value.trim() === '') throw badInput(`${name} must not be empty.`);
  return value;
}

/** The sequence in a `cursor` to watch on from. @throws GatewayError BAD_USER_INPUT when it is none */
export function sequenceOf(cursor: string | null | undefined): number | null {
  if (cursor == null) return null;
  const sequence = /^\d{1,16}$/.test(cursor) ? Number(cursor) : null;
  if (sequence === null) throw badInput('after is not a cursor to watch on from.');
  return sequence;
}
