import type { CallScope } from '../domain/call-scope.ts';
import type { Catalog } from '../domain/catalog/catalog.ts';
import { DryRun, type Plan } from '../domain/plan.ts';
import type { Viewer } from '../domain/viewer.ts';
import type { WriteAnswer } from '../domain/write.ts';
import type { Portfolio } from '../portfolio/portfolio.ts';
import type { WriteStore } from '../store/writes/write-store.ts';
import type { WriteCaller, WriteSpec } from '../writes/write-spec.ts';
import type { Writes } from '../writes/writes.ts';
import type { Access } from './access.ts';
import type { LoaderSources, Loaders } from './loaders.ts';
import type { ResellerIds } from './reseller-ids.ts';

/** The dependencies that all requests share. */
export interface ServiceSources extends LoaderSources {
  readonly catalog: Catalog;
  /** The configured billing reseller; null when queries have to name one. */
  readonly defaultResellerId: string | null;
  /** The billing reseller whose viewers see what is linked to no reseller; null when none does. */
  readonly resellerOwner: string | null;
  readonly writes: Writes;
  readonly writeStore: WriteStore;
  readonly portfolio: Pick<Portfolio, 'store' | 'written' | 'reread' | 'watch' | 'status'>;
}

/** One request and its authenticated caller. */
export interface RequestScope extends CallScope {
  readonly viewer: Viewer;
  /** The client's user agent; null when it sent none. */
  readonly agent: string | null;
  /** Calls `listener` when the response was written to a connection that was still open. */
  onDelivered(listener: () => void): void;
  /** Whether mutations only say what they would change. */
  readonly isDryRun?: boolean | undefined;
}

/** One request with what its viewer sees. */
export interface Viewed {
  readonly scope: RequestScope;
  readonly access: Access;
  /** As `access`, but reads each link anew: for streams, which outlive a request's caches. */
  readonly liveAccess: Access;
  readonly loaders: Loaders;
  readonly resellerIds: ResellerIds;
}

/** Who sends a write in this request. */
export function writeCaller(
  { viewer, agent }: RequestScope,
  idempotencyKey: string | null,
): WriteCaller {
  return { viewer: viewer.subject, agent, idempotencyKey };
}

/**
 * Ends a dry run; otherwise returns. Call it where a mutation begins to change something.
 * @throws DryRun with the plan
 */
export async function endDryRun(
  { isDryRun }: Pick<RequestScope, 'isDryRun'>,
  plan: () => Plan | Promise<Plan>,
): Promise<void> {
  if (isDryRun) throw new DryRun(await plan());
}

/**
 * Carries out a write of this request. Its outcome is owed until the response was delivered.
 * @throws DryRun instead of sending anything, when the request is a dry run
 */
export async function runWrite<A, T>(
  { engine, dryRuns, deliveries }: Pick<Writes, 'engine' | 'dryRuns' | 'deliveries'>,
  spec: WriteSpec<A, T>,
  scope: RequestScope,
  idempotencyKey: string | null,
): Promise<WriteAnswer<T>> {
  const caller = writeCaller(scope, idempotencyKey);
  await endDryRun(scope, () => dryRuns.plan(spec, caller, scope));
  const answer = await engine.run(spec, caller, scope);
  scope.onDelivered(() => deliveries.add(answer.write.id));
  return answer;
}
