import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { listen, type RunningServer } from '../backend.ts';
import type { ServerCertificate } from '../tls/self-signed.ts';
import { runBatch } from './batch.ts';
import { execute, type Outcome, prepare, type ResellerContext, withFaults } from './dispatch.ts';
import { failure, toRestError } from './responses.ts';
import { type HttpRequest, type HttpResponse, sourceOf } from './router.ts';
import { printingOf } from './system-parameters.ts';
import { grantToken, tokenPath } from './token-endpoint.ts';

const batchPaths = ['/batch', '/batch/reseller/v1'];

async function readRequest(incoming: IncomingMessage): Promise<HttpRequest> {
  const headers = Object.entries(incoming.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return {
    verb: incoming.method ?? 'GET',
    target: incoming.url ?? '/',
    headers: Object.fromEntries(headers),
    body: await text(incoming),
  };
}

async function handleRequest(context: ResellerContext, request: HttpRequest): Promise<Outcome> {
  const [path = ''] = request.target.split('?');
  if (request.verb === 'POST' && batchPaths.includes(path)) return handleBatch(context, request);
  if (path === tokenPath) return grantToken(request, context.access.token);
  const prepared = prepare(request);
  return execute(context, prepared, 'error' in prepared ? [] : [prepared.call], false);
}

async function handleBatch(context: ResellerContext, request: HttpRequest): Promise<Outcome> {
  const { headers } = request;
  const finish = context.calls.start({
    backend: 'reseller',
    method: 'batch',
    headers,
    batched: false,
  });
  const printing = printingOf(sourceOf(request), context.errorFormat);
  try {
    return await withFaults(context, 'batch', printing, () => runBatch(context, request));
  } catch (error) {
    return failure(toRestError(error), printing);
  } finally {
    finish();
  }
}

/** The vendor compresses only when both Accept-Encoding and User-Agent contain gzip. */
function wantsGzip({ headers }: HttpRequest): boolean {
  const accepts = /\bgzip\b/.test(headers['accept-encoding'] ?? '');
  return accepts && (headers['user-agent'] ?? '').includes('gzip');
}

function send(response: ServerResponse, request: HttpRequest, result: HttpResponse): void {
  const { status, headers, body } = result;
  const compress = body !== '' && wantsGzip(request);
  const bytes = compress ? gzipSync(body) : Buffer.from(body);
  const length = status === 204 ? {} : { 'content-length': bytes.length };
  response.writeHead(status, {
    ...headers,
    ...(compress ? { 'content-encoding': 'gzip' } : {}),
    ...length,
  });
  response.end(bytes);
}

/** Serves the REST API and its batch endpoints on one port; in plaintext when `tls` is null. */
export async function startResellerServer(
  context: ResellerContext,
  host: string,
  port: number,
  tls: ServerCertificate | null,
): Promise<RunningServer> {
  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    const outcome = await handleRequest(context, request);
    if (outcome === 'hang') return;
    if (outcome === 'close') incoming.socket.destroy();
    else send(response, request, outcome);
  }
  const listener = (incoming: IncomingMessage, response: ServerResponse): void => {
    // The client may disconnect while it sends the body.
    handle(incoming, response).catch(() => response.destroy());
  };
  const server =
    tls === null
      ? createServer(listener)
      : createTlsServer({ key: tls.key, cert: tls.certificate }, listener);
  const bound = await listen(server, host, port);
  return {
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
