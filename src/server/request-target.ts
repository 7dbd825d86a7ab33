import type { IncomingMessage } from 'node:http';

/** A host name or address with an optional port. */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i;

/**
 * Rewrites a target in absolute form, which servers must accept, to a path and a Host header. RFC
 * 9112, section 3.2.2.
 */
export function normaliseTarget(request: IncomingMessage): void {
  const { url = '' } = request;
  if (url.startsWith('/') || !/^https?:\/\//i.test(url) || !URL.canParse(url)) return;
  const { host, pathname, search } = new URL(url);
  request.url = pathname + search;
  request.headers.host = host;
}

/** The target without its query. */
export function pathOf({ url = '' }: IncomingMessage): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

interface Host {
  readonly header: string;
  /** Without the port and the brackets of an address; the header itself when it is malformed. */
  readonly name: string;
  readonly isValid: boolean;
}

/** Of the latest request: the next one nearly always has the same, and parsing a URL takes time. */
let latest: Host = parseHost('');

/** The Host header, which HTTP/1.0 clients may omit: it is empty then. */
export function hostOf({ headers: { host = '' } }: IncomingMessage): Host {
  if (latest.header !== host) latest = parseHost(host);
  return latest;
}

function parseHost(header: string): Host {
  const url = `http://${header}`;
  const canParse = URL.canParse(url);
  const name = canParse ? new URL(url).hostname.replace(/^\[|\]$/g, '') : header;
  return { header, name, isValid: canParse && HOST.test(header) };
}

/** Whether URLs can be built from the Host header. */
export function hasValidHost(request: IncomingMessage): boolean {
  return request.headers.host === undefined || hostOf(request).isValid;
}
