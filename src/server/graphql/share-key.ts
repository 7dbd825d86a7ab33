import type { DocumentNode } from 'graphql';
import type { RequestArgs } from './request-context.ts';

const numbers = new WeakMap<DocumentNode, number>();
let last = 0;

/**
 * Two requests with the same key ask the same of an event, on behalf of the same viewer.
 * @returns null when the variables are nested too deep to be compared
 */
export function shareKey(args: RequestArgs): string | null {
  const { document, operationName, variableValues, contextValue } = args;
  const { subject, rights } = contextValue.viewer;
  const variables = variableValues ?? {};
  try {
    return JSON.stringify(
      [numberOf(document), operationName ?? null, subject, [...rights].sort(), variables],
      sorted,
    );
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Documents of one text are one object as long as they are in use. */
function numberOf(document: DocumentNode): number {
  const number = numbers.get(document) ?? ++last;
  numbers.set(document, number);
  return number;
}

/** Puts the fields of objects into an order that does not depend on who wrote them. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
