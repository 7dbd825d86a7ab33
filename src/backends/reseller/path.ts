import { badInput } from '../../domain/error.ts';

const PREFIX = 'apps/reseller/v1/';

/** What a call may carry in its query; undefined is left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** A method's path below the endpoint, without a leading slash, e.g. `apps/reseller/v1/customers/C1`. */
export function methodPath(segments: readonly string[], query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) params.set(name, wellFormed(String(value), name));
  }
  const search = params.size > 0 ? `?${params}` : '';
  return `${PREFIX}${segments.join('/')}${search}`;
}

/**
 * An id as one path segment. An empty id, `.` and `..` would name another path whatever their
 * encoding, so they are refused with BAD_USER_INPUT, as are strings that no URL can hold.
 */
export function segment(id: string, name: string): string {
  if (id === '' || id === '.' || id === '..') throw badInput(`${name} is not a valid id.`);
  return encodeURIComponent(wellFormed(id, name));
}

/** A filter's value. Empty, the backend would take it as no filter at all and answer with more. */
export function nonEmpty(value: string | undefined, name: string): string | undefined {
  if (value === '') throw badInput(`${name} must not be empty.`);
  return value;
}

function wellFormed(value: string, name: string): string {
  if (!value.isWellFormed()) throw badInput(`${name} is not well-formed Unicode.`);
  return value;
}
