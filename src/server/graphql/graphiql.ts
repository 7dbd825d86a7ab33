import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { documentFiles } from '../documents/product-documents.ts';

/** The page may run its own scripts and connect to the gateway only; it may not be framed. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'font-src data:',
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Browsers accept HTML; GraphQL clients do not. */
export function wantsPage({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.accept?.includes('text/html') === true;
}

export type GraphiQLProtocol = 'WS' | 'SSE';

/** Responds with GraphiQL. Its 9 MB are loaded and rendered for the first request of a day. */
export function createGraphiQL(
  protocol: GraphiQLProtocol,
): (request: IncomingMessage, response: ServerResponse) => void {
  let rendered: Promise<{ page: Buffer; gzipped: Buffer }> | undefined;
  let renderedOn = '';
  return (request, response) => {
    const today = new Date().toISOString().slice(0, 10);
    // The variables of the documents name days.
    if (today !== renderedOn) rendered = undefined;
    renderedOn = today;
    rendered ??= render(protocol);
    rendered.then(
      ({ page, gzipped }) => {
        const small = String(request.headers['accept-encoding']).includes('gzip');
        response
          .writeHead(200, {
            'content-type': 'text/html; charset=utf-8',
            'content-security-policy': CONTENT_SECURITY_POLICY,
            vary: 'accept, accept-encoding',
            ...(small ? { 'content-encoding': 'gzip' } : {}),
          })
          .end(small ? gzipped : page);
      },
      (error) => response.destroy(error),
    );
  };
}

async function render(protocol: GraphiQLProtocol) {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    title: 'Reseller gateway',
    subscriptionsProtocol: protocol,
    defaultTabs: graphiqlTabs(),
  });
  const page = Buffer.from(html.trim());
  return { page, gzipped: await promisify(gzip)(page) };
}

/** The documents that GraphiQL opens, one tab each, in the order of their file names. */
function graphiqlTabs(): { query: string; variables?: string }[] {
  return documentFiles().map(({ text: query }) => {
    const variables = timesIn(query, Date.now());
    return variables ? { query, variables } : { query };
  });
}

const DAY_MS = 86_400_000;

/** Times by the names of the variables that hold them, in days from now. */
const times: Readonly<Record<string, number>> = { from: 0, until: 30, since: -7 };

/** Values of the times that a document takes, as JSON; null when it takes none. */
export function timesIn(query: string, now: number): string | null {
  const taken = Object.entries(times).filter(([name]) => query.includes(`$${name}: DateTime!`));
  if (taken.length === 0) return null;
  const values = taken.map(([name, days]) => [name, new Date(now + days * DAY_MS).toISOString()]);
  return JSON.stringify(Object.fromEntries(values), null, 2);
}
