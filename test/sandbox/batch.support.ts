import { expect } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';

export interface Part {
  readonly request: string;
  readonly id?: string;
  readonly headers?: readonly string[];
  readonly body?: object;
}

export interface PartResponse {
  readonly id: string | undefined;
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON of every shape
  readonly json: any;
}

/** The multipart body of a batch. */
export function printBatch(parts: readonly Part[], boundary: string, eol: string): string {
  const printed = parts.map(({ request, id, headers = [], body }) =>
    [
      `--${boundary}`,
      'Content-Type: application/http',
      ...(id === undefined ? [] : [`Content-ID: ${id}`]),
      '',
      `${request} HTTP/1.1`,
      ...headers,
      ...(body === undefined ? [] : ['Content-Type: application/json']),
      '',
      body === undefined ? '' : JSON.stringify(body),
    ].join(eol),
  );
  return [...printed, `--${boundary}--`, ''].join(eol);
}

/** Parses a batch response strictly: CRLF and the documented headers only. */
function parse(text: string, contentType: string): PartResponse[] {
  const boundary = /^multipart\/mixed; boundary=(.+)$/.exec(contentType)?.[1] ?? '';
  const pieces = `\r\n${text}`.split(`\r\n--${boundary}`);
  expect(pieces.at(-1)).toBe('--\r\n');
  return pieces.slice(1, -1).map((piece) => {
    const [outer = '', inner = '', body = ''] = piece.split('\r\n\r\n');
    expect(outer).toContain('Content-Type: application/http');
    // The official Python client fails on a status line without a header.
    expect(inner).toMatch(/^HTTP\/1\.1 \d+ .+\r\n\S+: /);
    return {
      id: /Content-ID: (.*)/.exec(outer)?.[1],
      status: Number(/^HTTP\/1\.1 (\d+) /.exec(inner)?.[1]),
      json: body === '' ? undefined : JSON.parse(body),
    };
  });
}

/** Sends a batch and returns the response of each part. */
export async function batch(
  { resellerUrl }: Sandbox,
  parts: readonly Part[],
  { path = 'batch', boundary = 'b', eol = '\r\n', headers = {} } = {},
): Promise<PartResponse[]> {
  const quoted = boundary.includes('=') ? `"${boundary}"` : boundary;
  const response = await fetch(new URL(path, resellerUrl), {
    method: 'POST',
    headers: { 'content-type': `multipart/mixed; boundary=${quoted}`, ...headers },
    body: printBatch(parts, boundary, eol),
  });
  expect(response.status).toBe(200);
  return parse(await response.text(), response.headers.get('content-type') ?? '');
}

/** Path prefix of batched calls. */
export const v1 = '/apps/reseller/v1';
export const get = (customer: string) => ({ request: `GET ${v1}/customers/${customer}.example` });
