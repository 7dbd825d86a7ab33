import { GatewayError } from '../../domain/error.ts';
import { type HttpResponse, invalidResponse, resellerError } from './errors.ts';
import { isSuccess, requestName } from './http.ts';
import type { Call, Decode } from './transport.ts';

/** Decodes the JSON of a 2xx response; INTERNAL_SERVER_ERROR when it is invalid or `read` throws. */
export function json<T>(read: (body: unknown) => T): Decode<T> {
  return (response, call) => {
    if (!isSuccess(response)) throw failureOf(response, call);
    try {
      return read(JSON.parse(response.text));
    } catch (problem) {
      throw invalidResponse(response, requestName(call), problem);
    }
  };
}

/** Like `json`, but returns null for NOT_FOUND. */
export function jsonOrNull<T>(read: (body: unknown) => T): Decode<T | null> {
  const decode = json(read);
  return (response, call) => {
    try {
      return decode(response, call);
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'NOT_FOUND') return null;
      throw error;
    }
  };
}

/** Accepts a 2xx response that is empty or JSON: a delete returns 204 or an empty 200. */
export const noContent: Decode<null> = (response, call) => {
  if (!isSuccess(response)) throw failureOf(response, call);
  if (response.text.trim() === '') return null;
  return json(() => null)(response, call);
};

function failureOf(response: HttpResponse, call: Call): GatewayError {
  return resellerError(response, requestName(call), call.method !== 'GET');
}
