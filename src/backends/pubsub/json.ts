import { z } from 'zod';

/** An id, which the vendor sends as a string or as a number. */
export const stringId = z.union([z.string(), z.number().transform(String)]);

/**
 * Parses JSON. Integers outside the safe range become strings, because ids can be numbers.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  return JSON.parse(text, keepDigits);
}

function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const isExact = typeof value !== 'number' || Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  return isExact || !/^-?\d+$/.test(context?.source ?? '') ? value : context?.source;
}
