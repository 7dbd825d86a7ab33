import { generateKeyPairSync } from 'node:crypto';
import type { ServerOptions } from 'node:https';
import { ServerCredentials } from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';
import { iamExchange } from '../../../src/backends/billing/iam.ts';
import { googleServiceAccount } from '../../../src/backends/credentials/google.ts';
import { Egress, type EgressOptions } from '../../../src/backends/network/egress.ts';
import { Proxies } from '../../../src/backends/network/proxy.ts';
import { BillingAccountService } from '../../../src/gen/yandex/cloud/billing/v1/billing_account_service_pb.ts';
import { IamTokenService } from '../../../src/gen/yandex/cloud/iam/v1/iam_token_service_pb.ts';
import { createLogger } from '../../../src/log.ts';
import { remoteKeys } from '../../../src/server/auth/jwks.ts';
import { startBillingServer } from '../../support/billing-server.ts';
import type { Authority, Issued } from '../../support/certificates.support.ts';
import { clientOf as billingClientOf, scope } from '../billing/billing.support.ts';
import {
  customerJson,
  getCustomer,
  reply,
  clientOf as resellerClientOf,
  startBackend,
} from '../reseller/reseller.support.ts';

/** A backend of one kind, and a call that reaches it through an egress. */
export interface Reached {
  /** 127.0.0.1:port */
  readonly address: string;
  /** Calls that arrived. */
  calls(): number;
  /**
   * Rejects when the call fails.
   * @param connectMs time limit of a gRPC connection
   */
  call(egress: Egress, connectMs?: number): Promise<unknown>;
}

export interface ServerTls {
  readonly identity: Issued;
  /** Clients need a certificate of this authority. */
  readonly clients?: Authority | undefined;
}

export type Start = (tls: ServerTls) => Promise<Reached>;

/** Everything that the gateway connects to, except Pub/Sub. */
export const kindsOfServers: readonly [string, Start][] = [
  ['billing over gRPC', startBilling],
  ['IAM over gRPC', startIam],
  ['the reseller API', startReseller],
  ['the token endpoint of Google', startTokenEndpoint],
  ['the public keys of an issuer', startIssuer],
];

/** An egress that is closed when the test ends. */
export function egressOf(options: EgressOptions & { proxy?: string; noProxy?: string }): Egress {
  const { proxy: httpsProxy, noProxy, ...rest } = options;
  const proxies = new Proxies({ httpsProxy, noProxy });
  const egress = new Egress({ connectMs: CONNECT_MS, proxies, ...rest });
  onTestFinished(() => egress.close());
  return egress;
}

/** Long enough for a busy machine. */
const CONNECT_MS = 10_000;

function timesOf(connectMs = CONNECT_MS) {
  return { connectMs, secondAttemptMs: 20_000, silenceMs: 20_000 };
}

const { signal } = new AbortController();

async function startGrpc({ identity, clients }: ServerTls) {
  const { certificate: cert_chain, key: private_key } = identity;
  const pair = { cert_chain: Buffer.from(cert_chain), private_key: Buffer.from(private_key) };
  const roots = clients ? Buffer.from(clients.certificate) : null;
  const server = await startBillingServer(
    0,
    ServerCredentials.createSsl(roots, [pair], clients !== undefined),
  );
  const { address } = server;
  return { server, address, calls: () => server.received.length };
}

async function startBilling(tls: ServerTls): Promise<Reached> {
  const { server, ...reached } = await startGrpc(tls);
  server.on(BillingAccountService.method.get, ({ request }) => ({ id: request.id }));
  return {
    ...reached,
    call: (egress, connectMs) => {
      const connections = timesOf(connectMs);
      return billingClientOf(server, { tls: true, egress, connections }).getAccount('A1', scope());
    },
  };
}

async function startIam(tls: ServerTls): Promise<Reached> {
  const { server, ...reached } = await startGrpc(tls);
  server.on(IamTokenService.method.create, () => ({ iamToken: 't1' }));
  return {
    ...reached,
    call: (egress, connectMs) => {
      const target = { address: server.address, tls: true, egress };
      return iamExchange(target, timesOf(connectMs))('jwt', signal);
    },
  };
}

function tlsOptions({ identity, clients }: ServerTls): ServerOptions {
  const { certificate: cert, key } = identity;
  return { cert, key, ...(clients && { ca: clients.certificate, requestCert: true }) };
}

async function startHttps(tls: ServerTls, body: object) {
  const backend = await startBackend((_, response) => reply(response, body), tlsOptions(tls));
  const reached = { address: new URL(backend.url).host, calls: () => backend.received.length };
  return { backend, reached };
}

async function startReseller(tls: ServerTls): Promise<Reached> {
  const { backend, reached } = await startHttps(tls, customerJson('C1'));
  const call = (egress: Egress) =>
    getCustomer(resellerClientOf(backend, { egress }), 'C1', scope());
  return { ...reached, call };
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

async function startTokenEndpoint(tls: ServerTls): Promise<Reached> {
  const { backend, reached } = await startHttps(tls, { access_token: 'a1' });
  const keyFile = {
    client_email: 'robot@p.example',
    private_key: rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    token_uri: `${backend.url}/token`,
  };
  const subject = 'admin@reseller.example';
  const call = (egress: Egress) => googleServiceAccount({ keyFile, subject, egress }).token(signal);
  return { ...reached, call };
}

async function startIssuer(tls: ServerTls): Promise<Reached> {
  const jwk = { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256' };
  const { backend, reached } = await startHttps(tls, { keys: [jwk] });
  const options = { jwksUrl: backend.url, maxStaleMs: 1_000, log: createLogger('silent') };
  const header = { alg: 'RS256', kid: 'k1' };
  const call = async (egress: Egress) =>
    remoteKeys({ ...options, fetch: egress.fetch })(header, { payload: '', signature: '' });
  return { ...reached, call };
}

/** The messages of an error and of its causes. */
export function messagesOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return `${error.message}\n${messagesOf(error.cause)}`;
}
