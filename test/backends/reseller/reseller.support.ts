import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { fixedToken } from '../../../src/backends/credentials/credential.ts';
import {
  createResellerClient,
  type ResellerClient,
  type ResellerClientOptions,
} from '../../../src/backends/reseller/client.ts';
import type { CallScope } from '../../../src/domain/call-scope.ts';
import type { ResellerCustomer } from '../../../src/domain/customer.ts';
import { GatewayError } from '../../../src/domain/error.ts';
import type { Page, PageRequest } from '../../../src/domain/page.ts';
import type { ResellerSubscription, SubscriptionFilter } from '../../../src/domain/subscription.ts';
import { scope } from '../backends.support.ts';

export { changingTokens, scope } from '../backends.support.ts';

/** A request that the fake backend received. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Handler = (request: Received, response: ServerResponse) => unknown;

export interface Backend {
  readonly url: string;
  /** Every request so far, in order of arrival. */
  readonly received: Received[];
  /** Number of sockets opened so far. */
  connections(): number;
  /** Resolves when the nth request (from 1) has arrived. */
  arrival(n: number): Promise<void>;
  /** Stops listening and drops every socket. */
  stop(): Promise<void>;
}

/** Runs the work when what was opened is no longer needed: by default when the test ends. */
export type CleanUp = (work: () => void | Promise<void>) => void;

/** A fake backend on a free port that records its requests and responds with `handler`. */
export async function startBackend(
  handler: Handler,
  tls?: ServerOptions,
  cleanUp: CleanUp = onTestFinished,
): Promise<Backend> {
  const received: Received[] = [];
  const arrivals: (() => void)[] = [];
  let connections = 0;
  const listener: RequestListener = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url = '', headers } = request;
    const entry = { method, url, headers, body: Buffer.concat(chunks).toString() };
    received.push(entry);
    for (const wake of arrivals) wake();
    await handler(entry, response);
  };
  const server = tls ? createSecureServer(tls, listener) : createServer(listener);
  server.on('connection', () => connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  cleanUp(stop);
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    received,
    connections: () => connections,
    arrival: (n) =>
      new Promise((resolve) => {
        const check = () => received.length >= n && resolve();
        arrivals.push(check);
        check();
      }),
    stop,
  };
}

/** Sends a JSON response. */
export function reply(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Sends an error in Google's format. */
export function refuse(response: ServerResponse, status: number, reason: string): void {
  const message = `refused: ${reason}`;
  const errors = [{ domain: 'global', reason, message }];
  reply(response, { error: { code: status, message, errors } }, status);
}

/** A client of `backend`, closed when the test ends. */
export function clientOf(
  backend: { readonly url: string },
  options: Partial<ResellerClientOptions> = {},
  cleanUp: CleanUp = onTestFinished,
): ResellerClient {
  const client = createResellerClient({
    endpoint: backend.url,
    credential: fixedToken('t0k3n'),
    timeoutMs: 5_000,
    concurrency: 50,
    queue: 100,
    connections: 8,
    batch: false,
    ...options,
  });
  cleanUp(() => client.close());
  return client;
}

/** One customer; throws its error. */
export async function getCustomer(
  client: ResellerClient,
  id: string,
  callScope: CallScope,
): Promise<ResellerCustomer | null> {
  return firstOf(await client.getCustomers([id], callScope));
}

/** One page of subscriptions; throws its error. */
export async function listSubscriptions(
  client: ResellerClient,
  filter: SubscriptionFilter,
  page: PageRequest,
): Promise<Page<ResellerSubscription>> {
  return firstOf(await client.listSubscriptionPages([{ filter, page }], scope()));
}

function firstOf<T>([result]: readonly (T | GatewayError)[]): T {
  if (result === undefined) throw new Error('the client returned no result');
  if (result instanceof GatewayError) throw result;
  return result;
}

export function customerJson(customerId: string): object {
  return { kind: 'reseller#customer', customerId, customerDomain: `${customerId}.example` };
}

export function subscriptionJson(subscriptionId: string, customerId = 'C1'): object {
  return { kind: 'reseller#subscription', customerId, subscriptionId, skuId: '1010020027' };
}
