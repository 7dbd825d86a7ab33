import { GatewayError } from '../../domain/error.ts';
import type { Decode } from './caller.ts';
import { resellerError, unreadable } from './errors.ts';
import { describe, isSuccess } from './http.ts';

/** Reads the JSON of a 2xx answer; INTERNAL_SERVER_ERROR when it is none or `read` throws. */
export function json<T>(read: (body: unknown) => T): Decode<T> {
  return (answer, call) => {
    if (!isSuccess(answer)) throw resellerError(answer, describe(call));
    try {
      return read(JSON.parse(answer.text));
    } catch (problem) {
      throw unreadable(answer, describe(call), problem);
    }
  };
}

/** The same, with null for what the backend says does not exist. */
export function jsonOrNull<T>(read: (body: unknown) => T): Decode<T | null> {
  const decode = json(read);
  return (answer, call) => {
    try {
      return decode(answer, call);
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'NOT_FOUND') return null;
      throw error;
    }
  };
}

/** Any 2xx, whatever its body: a delete answers 204 or an empty 200. */
export const nothing: Decode<null> = (answer, call) => {
  if (!isSuccess(answer)) throw resellerError(answer, describe(call));
  return null;
};
