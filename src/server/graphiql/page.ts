import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { readExamples } from '../documents/examples.ts';
import { productDocuments } from '../documents/product-documents.ts';

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

interface Page {
  /** The day, since the variables of the documents name days. */
  readonly date: string;
  readonly bytes: Buffer;
  readonly gzipped: Buffer;
}

/** Responds with GraphiQL. Its 9 MB are loaded and rendered for the first request of a day. */
export function createGraphiQL(): (request: IncomingMessage, response: ServerResponse) => void {
  let rendered: { readonly date: string; readonly page: Promise<Page> } | undefined;
  return (request, response) => {
    const date = new Date().toISOString().slice(0, 10);
    if (rendered?.date !== date) rendered = { date, page: render(date) };
    rendered.page.then(
      ({ bytes, gzipped }) => {
        const small = String(request.headers['accept-encoding']).includes('gzip');
        response
          .writeHead(200, {
            'content-type': 'text/html; charset=utf-8',
            'content-security-policy': CONTENT_SECURITY_POLICY,
            vary: 'accept, accept-encoding',
            ...(small ? { 'content-encoding': 'gzip' } : {}),
          })
          .end(small ? gzipped : bytes);
      },
      (error) => response.destroy(error),
    );
  };
}

async function render(date: string): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({ title: 'Reseller gateway' });
  const bytes = Buffer.from(extended(html.trim()));
  return { date, bytes, gzipped: await promisify(gzip)(bytes) };
}

/** Where the bundle lists the plugins of GraphiQL. */
const PLUGINS = 'plugins:[r],schemaDescription';
const START = /YogaGraphiQL\.renderYogaGraphiQL\(([^,]+),\s*(\{.*?\}),\s*\);/s;

/**
 * Adds the panel of documents, the fetcher that keeps events, and the styles for narrow windows. The
 * bundle has no option for further plugins, so its list is extended in the text.
 */
function extended(html: string): string {
  if (!html.includes(PLUGINS) || !START.test(html)) {
    throw new Error('the bundle of GraphiQL has changed: adapt graphiql/page.ts');
  }
  return html
    .replace(PLUGINS, () => 'plugins:[...n.morePlugins,r],schemaDescription')
    .replace('</style>', () => `${assetOf('styles.css')}</style>`)
    .replace('<head>', '<head><meta name="viewport" content="width=device-width" />')
    .replace(START, (_, root, options) => {
      const start = `YogaGraphiQL.renderYogaGraphiQL(${root}, gatewayOptions(${documentsJson()}, ${options}))`;
      return `${assetOf('browser.js')}\n${start};`;
    });
}

function assetOf(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}

/** What the panel shows, as JSON that cannot end the script. */
function documentsJson(): string {
  const examples = readExamples(Date.now());
  const documents = productDocuments().map(({ name, type, group, description, text }) => {
    const { variables = {}, explanation = null } = examples.get(name) ?? {};
    return {
      ...{ name, type, group, description, explanation },
      query: `${commented(description)}\n${text}\n`,
      variables: Object.keys(variables).length > 0 ? JSON.stringify(variables, null, 2) : '',
    };
  });
  return JSON.stringify(documents).replaceAll('<', '\\u003c');
}

/** Each sentence as a line of comment. */
function commented(description: string): string {
  return description
    .split(/(?<=\.) (?=[A-Z])/)
    .map((sentence) => `# ${sentence}`)
    .join('\n');
}
