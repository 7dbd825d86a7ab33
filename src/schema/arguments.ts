import { badInput } from '../domain/error.ts';

/** @throws GatewayError BAD_USER_INPUT when the argument says nothing */
export function notEmpty(name: string, value: string | null | undefined): string {
  if (value == null || value.trim() === '') throw badInput(`${name} must not be empty.`);
  return value;
}
