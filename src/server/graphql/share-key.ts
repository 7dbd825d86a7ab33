import type { DocumentNode } from 'graphql';
import type { RequestArgs } from './request-context.ts';

const numbers = new WeakMap<DocumentNode, number>();
let last = 0;

/**
 * Identifies subscriptions with the same document, variables and viewer: their events have equal
 * results.
 * @returns null when the variables are nested too deeply to be compared
 */
export function shareKey(args: RequestArgs): string | null {
  const { document, operationName, variableValues, contextValue } = args;
  const { subject, rights, roles, resellers } = contextValue.viewer;
  // Everything that decides what the viewer sees.
  const access = [subject, ...[rights, roles, resellers].map((set) => set && [...set].sort())];
  const variables = variableValues ?? {};
  try {
    return JSON.stringify([numberOf(document), operationName ?? null, access, variables], sorted);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The document cache returns one object per text as long as it is in use. */
function numberOf(document: DocumentNode): number {
  const number = numbers.get(document) ?? ++last;
  numbers.set(document, number);
  return number;
}

/** Sorts object keys, so that equal variables have equal JSON. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
