import DataLoader from 'dataloader';
import { GatewayError } from '../domain/error.ts';
import { numberedPage, type PageRequest } from '../domain/page.ts';
import type { WriteChange, WriteRecord } from '../domain/write.ts';
import type {
  AuditFilter,
  AuditOrder,
  AuditPageQuery,
  AuditStore,
} from '../store/writes/audit-store.ts';
import type { WriteStore } from '../store/writes/write-store.ts';
import type { AuditFeed } from '../writes/audit-feed.ts';
import type { Deliveries } from '../writes/deliveries.ts';
import type { SettleAction, Settlements, SettleRequest } from '../writes/settle.ts';
import { authorizeMutation, authorizeRead } from './authorize.ts';
import type { OperationService } from './operations.ts';
import { endDryRun, type Viewed } from './scope.ts';

export type { AuditFilter, AuditOrder, SettleAction };

export type AuditService = ReturnType<typeof createAuditService>;

interface AuditSources {
  readonly writes: {
    readonly audit: Pick<AuditStore, 'pages' | 'counts' | 'byKey'>;
    readonly auditFeed: Pick<AuditFeed, 'watch'>;
    readonly settlements: Pick<Settlements, 'settle' | 'plan'>;
    readonly deliveries: Pick<Deliveries, 'add'>;
  };
  readonly writeStore: Pick<WriteStore, 'get'>;
}

/**
 * The record of every change at a vendor. A viewer sees its own entries, an admin those of all viewers;
 * a tenant only those whose target it sees.
 */
export function createAuditService(
  { writes, writeStore }: AuditSources,
  { access, liveAccess, scope }: Pick<Viewed, 'access' | 'liveAccess' | 'scope'>,
  operations: Pick<OperationService, 'get'>,
) {
  const { viewer, agent, onDelivered } = scope;
  const { tenant } = access;
  /** Without roles, every viewer may do what an admin may, but sees its own entries only. */
  const seesOthers = viewer.roles?.has('admin') ?? false;
  const pages = new DataLoader<AuditPageQuery, readonly WriteRecord[], string>(
    (queries) => writes.audit.pages(queries),
    { cacheKeyFn: (query) => JSON.stringify(query) },
  );
  const entries = new DataLoader<string, WriteRecord | null>((ids) =>
    Promise.all(ids.map(async (id) => (await writeStore.get(id))?.record ?? null)),
  );
  const counts = new DataLoader<AuditFilter, number, string>(
    (filters) => writes.audit.counts(filters),
    { cacheKeyFn: (filter) => JSON.stringify(filter) },
  );

  /** Narrows a filter to what the viewer sees; one for another viewer may match nothing. */
  function visible(filter: AuditFilter): AuditFilter {
    if (seesOthers) return { ...filter, tenant };
    const isOther = filter.viewer !== undefined && filter.viewer !== viewer.subject;
    return { ...filter, viewer: viewer.subject, tenant, ...(isOther ? { outcomes: [] } : {}) };
  }

  async function isVisible(record: WriteRecord): Promise<boolean> {
    return (seesOthers || record.viewer === viewer.subject) && access.seesTarget(record.target);
  }

  async function find(id: string) {
    const stored = await writeStore.get(id);
    return stored && (await isVisible(stored.record)) ? stored : null;
  }

  /** An operation that a tenant does not see must look like one that billing does not have. */
  async function requireOperation(operationId: string | null): Promise<void> {
    if (!tenant || !operationId || (await operations.get(operationId))) return;
    throw new GatewayError('NOT_FOUND', `Billing has no operation ${operationId}.`);
  }

  return {
    /** Null when the viewer sees no such entry. */
    async get(id: string): Promise<WriteRecord | null> {
      authorizeRead(viewer);
      return (await find(id))?.record ?? null;
    },
    /** The entry of a mutation's answer, with what storing the answer added; read once per request. */
    async stored(entry: WriteRecord): Promise<WriteRecord> {
      if (entry.sequence !== undefined) return entry;
      const found = await entries.load(entry.id).catch(() => null);
      // The answer may not be stored yet.
      return found?.outcome === entry.outcome ? found : entry;
    },
    /** The viewer's latest entry with this idempotency key; null when there is none. */
    async byKey(idempotencyKey: string): Promise<WriteRecord | null> {
      authorizeRead(viewer);
      const found = await writes.audit.byKey(viewer.subject, idempotencyKey);
      return found && (await isVisible(found)) ? found : null;
    },
    async page(filter: AuditFilter, order: AuditOrder, page: PageRequest) {
      authorizeRead(viewer);
      const query = { filter: visible(filter), order };
      return numberedPage(
        page,
        (after, limit) => pages.load({ ...query, after, limit }),
        ({ number }) => number,
      );
    },
    /** The number of entries that match the filter. */
    async count(filter: AuditFilter): Promise<number> {
      authorizeRead(viewer);
      return counts.load(visible(filter));
    },
    /**
     * Each entry when its outcome is stored or changes; with `after`, first the entries whose outcome
     * was stored after that sequence number.
     */
    async watch(filter: AuditFilter, after: number | null): Promise<AsyncIterable<WriteChange>> {
      authorizeRead(viewer);
      const seesChange = ({ target }: WriteChange) => liveAccess.seesTarget(target);
      const { auditFeed } = writes;
      return auditFeed.watch(visible(filter), after, scope.signal, tenant && seesChange);
    },
    /**
     * Settles an entry without an outcome.
     * @throws OutcomeUnknown when a repeat left the outcome unknown; GatewayError NOT_FOUND when the
     *   viewer has no such entry, another one when it was not changed
     */
    async settle(id: string, request: SettleRequest): Promise<WriteRecord> {
      authorizeMutation(viewer, 'settleWrite');
      const stored = await find(id);
      if (!stored) throw new GatewayError('NOT_FOUND', 'The audit entry was not found.');
      authorizeMutation(viewer, stored.record.mutation);
      await requireOperation(request.operationId);
      await endDryRun(scope, () => writes.settlements.plan(stored, request, scope));
      const caller = { viewer: viewer.subject, agent };
      const settled = await writes.settlements.settle(stored, request, caller, scope);
      onDelivered(() => writes.deliveries.add(settled.id));
      return settled;
    },
  };
}
