import { type BackendContext, hostPort, type RunningServer, type SandboxLog } from './backend.ts';
import { Operations } from './billing/operations.ts';
import { defaultTiming, type OperationTiming } from './billing/outcomes.ts';
import { startBillingServer } from './billing/server.ts';
import { BillingStore } from './billing/store.ts';
import { CallLog } from './calls.ts';
import { type ChangeOptions, Changes, defaultChanges } from './changes/changes.ts';
import { type Fault, FaultPlan } from './faults.ts';
import { createRandom } from './random.ts';
import type { ErrorFormat } from './reseller/errors.ts';
import { Notifications } from './reseller/notifications.ts';
import { defaultDelivery, type NotificationDelivery } from './reseller/push-settings.ts';
import { startResellerServer } from './reseller/server.ts';
import { ResellerStore } from './reseller/store.ts';
import type { Link } from './seed/builders.ts';
import { defaultSeed, mainResellerId, type SeedOptions, seedStores } from './seed/seed.ts';
import { createSelfSigned, type ServerCertificate } from './tls/self-signed.ts';

export interface SandboxOptions {
  /** 127.0.0.1 by default, because the sandbox accepts every client unless `token` is set. */
  readonly host?: string;
  /** 0, the default, uses any free port. */
  readonly billingPort?: number;
  readonly resellerPort?: number;
  readonly seed?: Partial<SeedOptions>;
  readonly operations?: Partial<OperationTiming>;
  readonly faults?: readonly Fault[];
  /** The only accepted token, as `authorization: Bearer <token>`; undefined accepts every token. */
  readonly token?: string | undefined;
  /**
   * Whether calls without a token are accepted; true by default unless `token` is set. The vendors
   * answer 401 and UNAUTHENTICATED.
   */
  readonly anonymous?: boolean | undefined;
  /** Whether both APIs use TLS, with a certificate that is created at the start; false by default. */
  readonly tls?: boolean;
  /** The format of the reseller API's errors for requests without `$.xgafv`; `1` by default. */
  readonly errorFormat?: ErrorFormat;
  /**
   * Milliseconds after its order at which a new customer accepts the terms, 30 000 by default; null
   * accepts them only through `store.reseller.acceptTerms`.
   */
  readonly termsAcceptedAfterMs?: number | null;
  /** Push endpoint and delivery faults of the notifications; they are not pushed by default. */
  readonly notifications?: Partial<NotificationDelivery>;
  /** Changes that no client requested; none by default. */
  readonly changes?: Partial<ChangeOptions>;
  /** The clock, in milliseconds since the epoch; Date.now by default. */
  readonly now?: () => number;
  readonly log?: SandboxLog;
}

export interface Sandbox {
  /** `host:port` of all gRPC services. */
  readonly billingAddress: string;
  /** Root URL of the REST API, with a trailing slash. */
  readonly resellerUrl: string;
  /** The self-signed certificate of both APIs, in PEM format; null without TLS. */
  readonly certificate: string | null;
  /** The main reseller's id in the billing API. */
  readonly resellerId: string;
  /** The customers that exist in both APIs of the seed. */
  readonly links: readonly Link[];
  readonly store: { readonly billing: BillingStore; readonly reseller: ResellerStore };
  readonly operations: Operations;
  /** Pushes changes of the reseller store to the endpoint set with `pushTo`. */
  readonly notifications: Notifications;
  /** Makes changes that bypass every client, such as renewals and changes in the console. */
  readonly changes: Changes;
  readonly faults: FaultPlan;
  readonly calls: CallLog;
  /** Closes both servers and all connections, including hanging calls. */
  close(): Promise<void>;
}

const silent: SandboxLog = { debug: () => {}, warn: () => {} };
const defaultTermsMs = 30_000;
const defaultHost = '127.0.0.1';

/**
 * Starts both APIs on separate ports. Rejects when a port is in use, and with a TypeError when the
 * notification endpoint is not an HTTP URL.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { host = defaultHost, now = Date.now } = options;
  const closing = new AbortController();
  const context: BackendContext = {
    ...{ now, closing: closing.signal },
    faults: new FaultPlan(options.faults),
    calls: new CallLog(),
    access: {
      token: options.token,
      anonymous: options.anonymous ?? options.token === undefined,
    },
    log: options.log ?? silent,
  };
  const state = openState(options, context);
  const certificate = options.tls ? createSelfSigned(host, Date.now()) : null;
  const { grpc, rest } = await startServers(context, { ...state, certificate }, options).catch(
    (error: unknown) => {
      closing.abort();
      throw error;
    },
  );
  return {
    billingAddress: hostPort(host, grpc.port),
    resellerUrl: `${certificate ? 'https' : 'http'}://${hostPort(host, rest.port)}/`,
    certificate: certificate?.certificate ?? null,
    resellerId: mainResellerId,
    links: state.links,
    store: { billing: state.billing, reseller: state.reseller },
    operations: state.operations,
    notifications: state.notifications,
    changes: state.changes,
    ...{ faults: context.faults, calls: context.calls },
    close: async () => {
      closing.abort();
      await Promise.all([grpc.close(), rest.close()]);
    },
  };
}

/** The seeded data and everything that changes it without a request. */
function openState(options: SandboxOptions, context: BackendContext) {
  const { now } = context;
  const { termsAcceptedAfterMs = defaultTermsMs } = options;
  const seed = { ...defaultSeed, ...options.seed };
  const billing = new BillingStore(createRandom(seed.seed + 1));
  const reseller = new ResellerStore(createRandom(seed.seed + 2), now, termsAcceptedAfterMs);
  const seedContext = { random: createRandom(seed.seed), now: now(), store: reseller };
  const links = seedStores(seed, seedContext, billing);
  const timing = { ...defaultTiming, ...options.operations };
  const operations = new Operations(timing, now, () => billing.newId('ope'));
  const notifications = new Notifications(
    { ...defaultDelivery, ...options.notifications },
    { ...context, store: reseller, random: createRandom(seed.seed + 3) },
  );
  const changes = new Changes(
    { ...defaultChanges, ...options.changes },
    { reseller, billing, links },
    { ...context, random: createRandom(seed.seed + 4) },
  );
  changes.follow(seed.story?.changes ?? []);
  return { billing, reseller, links, operations, notifications, changes };
}

interface State {
  readonly certificate: ServerCertificate | null;
  readonly billing: BillingStore;
  readonly operations: Operations;
  readonly reseller: ResellerStore;
}

/** Closes the first server when the second cannot start. */
async function startServers(
  context: BackendContext,
  { billing, operations, reseller, certificate }: State,
  { host = defaultHost, billingPort = 0, resellerPort = 0, errorFormat = '1' }: SandboxOptions,
): Promise<{ readonly grpc: RunningServer; readonly rest: RunningServer }> {
  const grpc = await startBillingServer(context, billing, operations, {
    ...{ host, port: billingPort, tls: certificate },
  });
  try {
    const rest = await startResellerServer(
      { ...context, store: reseller, errorFormat },
      host,
      resellerPort,
      certificate,
    );
    return { grpc, rest };
  } catch (error) {
    await grpc.close();
    throw error;
  }
}
