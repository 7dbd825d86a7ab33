import type { JWTPayload } from 'jose';

/** The claims that grant access, as a claim's name or a dotted path; null when the deployment has none. */
export interface AccessClaims {
  readonly roles: string | null;
  readonly resellers: string | null;
}

/** Bounds what a token adds to each query of the database. */
const MAX_VALUES = 100;

/**
 * The values of a claim: a list of strings, or one string. A claim that is missing, empty, too long or
 * of any other type grants nothing.
 */
export function grantedBy(payload: JWTPayload, path: string): readonly string[] {
  const claim = claimAt(payload, path);
  const values: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  const granted = values.filter((value) => typeof value === 'string');
  const isValid = granted.length === values.length && granted.length <= MAX_VALUES;
  return isValid ? granted.filter((value) => value !== '') : [];
}

/** A claim of exactly this name comes first: names that are URLs contain dots. */
function claimAt(payload: JWTPayload, path: string): unknown {
  if (Object.hasOwn(payload, path)) return payload[path];
  return path.split('.').reduce<unknown>(memberOf, payload);
}

function memberOf(value: unknown, name: string): unknown {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}
