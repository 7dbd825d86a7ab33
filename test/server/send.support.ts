import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { errorCodes } from '../../src/domain/error.ts';
import type { GraphQLResult } from '../support/request.ts';

export interface Sent {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Sending {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Iterable<Buffer>;
  readonly agent?: Agent;
}

/** One HTTP request exactly as given: fetch would not let go of headers such as Host. */
export function send(url: string, sending: Sending = {}): Promise<Sent> {
  const { method = 'POST', body, agent = new Agent(), ...rest } = sending;
  const headers = { 'content-type': 'application/json', ...rest.headers };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent }, async (response) => {
      let text = '';
      try {
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      } catch (error) {
        reject(error);
      }
    });
    outgoing.on('error', reject);
    if (body === undefined || typeof body === 'string') return outgoing.end(body);
    for (const chunk of body) outgoing.write(chunk);
    outgoing.end();
    return undefined;
  });
}

export function json(value: unknown): string {
  return JSON.stringify(value);
}

/** The errors of a response; throws unless each has a code of the closed set. */
export function codedErrors(text: string) {
  const { errors = [] } = JSON.parse(text) as GraphQLResult<unknown>;
  for (const { extensions } of errors) {
    if (!errorCodes.some((code) => code === extensions.code)) throw new Error(text);
  }
  return errors;
}
