/*
 * The JSON of the reseller API. Only ids are required: any other field that is missing, null or of an
 * unexpected type becomes null, so that a vendor change affects one field rather than the whole
 * response. Unlisted fields are ignored. Lists have hundreds of objects, and a schema library takes
 * ten times as long for each.
 */

export type Json = Readonly<Record<string, unknown>>;

export const INT32_MAX = 2 ** 31 - 1;
/** The latest time of a Date, in milliseconds. */
const MAX_TIME = 8.64e15;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws Error when it is not an object */
export function objectOf(value: unknown, name: string): Json {
  if (isObject(value)) return value;
  throw new Error(`the ${name} is not an object`);
}

/** Reads an object; null when it is missing or something else. */
export function optional<T>(value: unknown, read: (json: Json) => T): T | null {
  return isObject(value) ? read(value) : null;
}

export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function flag(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}

/** A JSON number or a string of digits. The API documents int32 as a number and int64 as a string. */
export function integer(value: unknown, max: number): number | null {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && Math.abs(number) <= max
    ? number
    : null;
}

/** Milliseconds since the epoch. */
export function time(value: unknown): Date | null {
  const ms = integer(value, MAX_TIME);
  return ms === null ? null : new Date(ms);
}

/** The API omits empty arrays. */
export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/**
 * An id that can be sent back. Bytes that are not UTF-8 were decoded to U+FFFD.
 * @throws Error when it is missing or malformed
 */
export function id(json: Json, name: string): string {
  const value = json[name];
  if (Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'string' && value !== '' && isSendable(value)) return value;
  throw new Error(`${name} is missing or malformed`);
}

function isSendable(value: string): boolean {
  return value.isWellFormed() && !value.includes('\uFFFD');
}
