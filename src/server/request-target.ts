import type { IncomingMessage } from 'node:http';

/** A host name or address with an optional port. */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i;

/**
 * Rewrites a target in absolute form, which servers must accept, to a path and a Host header. RFC
 * 9112, section 3.2.2.
 */
export function normaliseTarget(request: IncomingMessage): void {
  const { url = '' } = request;
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return;
  const { host, pathname, search } = new URL(url);
  request.url = pathname + search;
  request.headers.host = host;
}

/** The target without its query. */
export function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '';
}

/** Whether URLs can be built from the Host header, which HTTP/1.0 clients may omit. */
export function hasValidHost({ headers: { host } }: IncomingMessage): boolean {
  return host === undefined || (HOST.test(host) && URL.canParse(`http://${host}`));
}
