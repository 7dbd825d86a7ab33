import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';

/** A request as a client put it on the wire. */
export interface Recorded {
  /** Verb, path and query. */
  readonly line: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly isCompressed: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON of every shape
  readonly json: any;
}

/** Sends a recorded request with exactly its headers. */
export function replay({ resellerUrl }: Sandbox, recorded: Recorded): Promise<Answer> {
  const [method = '', target = ''] = recorded.line.split(' ');
  const { hostname, port } = new URL(resellerUrl);
  const { headers, body = '' } = recorded;
  return new Promise((resolve, reject) => {
    const sent = request({ method, path: target, hostname, port, headers, agent: false });
    sent.on('error', reject);
    sent.on('response', (response) => {
      buffer(response).then((bytes) => {
        const isCompressed = response.headers['content-encoding'] === 'gzip';
        const text = (isCompressed ? gunzipSync(bytes) : bytes).toString('utf8');
        const isJson = response.headers['content-type']?.includes('json') === true;
        resolve({
          ...{ status: response.statusCode ?? 0, headers: response.headers, text, isCompressed },
          json: isJson ? JSON.parse(text) : undefined,
        });
      }, reject);
    });
    sent.end(body);
  });
}
