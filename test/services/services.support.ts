import { onTestFinished } from 'vitest';
import { fixedToken } from '../../src/backends/credentials/credential.ts';
import { createResellerClient } from '../../src/backends/reseller/client.ts';
import { googleCatalog } from '../../src/domain/catalog/google-catalog.ts';
import type { Viewer } from '../../src/domain/viewer.ts';
import type { ServiceSources } from '../../src/services/scope.ts';
import { createServices, type Services } from '../../src/services/services.ts';
import { startWritten, type Written } from '../writes/reseller/written.support.ts';

export const viewer: Viewer = {
  ...{ subject: 'alice', rights: new Set(['READ', 'WRITE'] as const) },
  ...{ roles: null, resellers: null, expiresAt: null },
};

export interface Served extends Written {
  /** The services of a new request. */
  request(options?: Partial<{ viewer: Viewer; signal: AbortSignal }>): Services;
}

type WrittenOptions = NonNullable<Parameters<typeof startWritten>[0]>;

export interface ServedOptions extends WrittenOptions {
  /** When the last sweep of the portfolio began; the portfolio is off without one. */
  readonly asOf?: Date | null;
}

/**
 * Services over a fake reseller API, the real store and the write engine. Billing has every customer;
 * operations and notifications are missing.
 */
export async function startServices({
  asOf = null,
  ...options
}: ServedOptions = {}): Promise<Served> {
  const written = await startWritten(options);
  const reseller = createResellerClient({
    ...{ endpoint: written.api.backend.url, credential: fixedToken('t'), batch: false },
    ...{ timeoutMs: 1_000, connections: 8, concurrency: 50, queue: 100 },
  });
  onTestFinished(() => reseller.close());
  const sources = {
    reseller,
    writes: { engine: written.engine, reseller: written.writes, deliveries: { add: () => {} } },
    links: written.store.links,
    portfolio: {
      ...{ written: async () => {}, reread: async () => {}, store: written.store.portfolio },
      status: async () => ({ phase: asOf ? 'IDLE' : 'OFF', asOf }),
    },
    defaultResellerId: 'R1',
    resellerOwner: null,
    catalog: googleCatalog,
    customerIndex: {
      find: async (key: object) => ({ ...key, billingAccountId: 'a' }),
      learn: () => {},
    },
  } as unknown as ServiceSources;
  return {
    ...written,
    request: ({ viewer: own = viewer, signal = new AbortController().signal } = {}) =>
      createServices(sources, {
        ...{ viewer: own, signal, requestId: 'req-1', agent: null },
        onDelivered: () => {},
      }),
  };
}
