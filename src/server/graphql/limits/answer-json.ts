import type { ExecutionResult } from 'graphql';
import { slices } from './slices.ts';

/** Values, and characters, whose JSON is written without waiting for a slice of its own. */
const FEW_VALUES = 5_000;
const FEW_CHARACTERS = 100_000;

/**
 * The JSON of a result; null when it is longer than `maxBytes`. Its meter has bounded its size before,
 * so that it is written within a few slices.
 */
export function answerJson(
  result: ExecutionResult,
  { values, characters }: { readonly values: number; readonly characters: number },
  maxBytes: number,
): string | null | Promise<string | null> {
  if (values <= FEW_VALUES && characters <= FEW_CHARACTERS) return boundedJson(result, maxBytes);
  return slices.next().then(() => boundedJson(result, maxBytes));
}

/** The JSON of a result; null when it is longer than `maxBytes`. */
export function boundedJson(result: ExecutionResult, maxBytes: number): string | null {
  try {
    const json = JSON.stringify(payloadOf(result));
    // A character takes one to three bytes.
    if (json.length * 3 <= maxBytes || Buffer.byteLength(json) <= maxBytes) return json;
  } catch (error) {
    // The text is longer than a string can be.
    if (!(error instanceof RangeError)) throw error;
  }
  return null;
}

/** In the order of graphql-ws: errors come last, and only when there are any. */
function payloadOf({ errors, ...rest }: ExecutionResult) {
  return errors ? { ...rest, errors: errors.map((error) => error.toJSON()) } : rest;
}

/** What a client receives instead of an answer that is too long. */
export function tooLong(maxBytes: number): string {
  return `The answer is longer than ${maxBytes} bytes: it is too large to send. Select fewer fields or objects.`;
}
