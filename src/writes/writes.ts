import type { BillingClient } from '../backends/billing/client.ts';
import type { ResellerClient } from '../backends/reseller/client.ts';
import type { Catalog } from '../domain/catalog/catalog.ts';
import type { WriteMutation } from '../domain/write.ts';
import type { Logger } from '../log.ts';
import type { Operations } from '../operations/operations.ts';
import type { AuditStore } from '../store/writes/audit-store.ts';
import type { WriteStore } from '../store/writes/write-store.ts';
import { type AuditFeed, createAuditFeed } from './audit-feed.ts';
import { billingMutations } from './billing/billing-request.ts';
import { type BillingWrites, createBillingWrites } from './billing/billing-writes.ts';
import { Recovery } from './billing/recovery.ts';
import { Deliveries } from './deliveries.ts';
import { createDryRuns, type DryRuns } from './dry-runs.ts';
import { BackgroundReader } from './reseller/background.ts';
import { createResellerWrites, type ResellerWrites } from './reseller/reseller-writes.ts';
import { Settlements } from './settle.ts';
import { WriteEngine, type WriteOptions } from './write-engine.ts';
import type { Conduct } from './write-spec.ts';

export interface WritesOptions extends WriteOptions {
  /** Age up to which a billing write without an answer is repeated, in milliseconds. */
  readonly recoveryWindowMs: number;
  readonly recoveryIntervalMs: number;
  readonly billingTimeoutMs: number;
  /** How long a reseller call may take; as much time again is left to read back. */
  readonly resellerTimeoutMs: number;
}

export interface WritesDeps {
  readonly billing: BillingClient;
  readonly reseller: ResellerClient;
  readonly catalog: Catalog;
  readonly operations: Pick<Operations, 'adopt' | 'get'>;
  readonly store: WriteStore;
  readonly audit: AuditStore;
  /** Subscribes to outcomes that were stored, and returns the function that unsubscribes. */
  onWrite(listener: () => void): () => void;
  readonly log: Logger;
  readonly options: WritesOptions;
}

/** All writes of this instance: they outlive the requests that sent them. */
export class Writes {
  readonly engine: WriteEngine;
  readonly dryRuns: DryRuns;
  readonly billing: BillingWrites;
  readonly reseller: ResellerWrites;
  readonly deliveries: Deliveries;
  readonly audit: AuditStore;
  readonly auditFeed: AuditFeed;
  readonly settlements: Settlements;
  readonly #recovery: Recovery;
  readonly #reader: BackgroundReader;

  constructor(deps: WritesDeps) {
    const { billing, reseller, catalog, operations, store, audit, onWrite, log, options } = deps;
    const deliveries = new Deliveries(store, log);
    const isDelivered = (id: string): boolean => deliveries.has(id);
    this.deliveries = deliveries;
    this.dryRuns = createDryRuns({ store, keyWindowMs: options.keyWindowMs, isDelivered });
    this.engine = new WriteEngine({
      ...{ store, log, options, isDelivered },
      storeDeliveries: () => deliveries.storeNow(),
    });
    this.billing = createBillingWrites({
      ...{ billing, store },
      timeoutMs: options.billingTimeoutMs,
      onStarted: (entry, trace) => operations.adopt(entry, trace),
      getOperation: (operationId, scope) => operations.get(operationId, scope),
    });
    this.reseller = createResellerWrites({
      ...{ reseller, store, catalog },
      timeoutMs: 2 * options.resellerTimeoutMs,
    });
    const conducts = new Map<WriteMutation, Conduct<unknown, unknown>>(this.reseller.conducts);
    for (const mutation of Object.values(billingMutations)) {
      conducts.set(mutation, this.billing.conduct);
    }
    this.#reader = new BackgroundReader({
      ...{ store, log, conducts: this.reseller.conducts },
      options: { intervalMs: options.recoveryIntervalMs },
    });
    this.audit = audit;
    this.auditFeed = createAuditFeed({ store: audit, onWrite });
    this.settlements = new Settlements({
      ...{ store, audit, engine: this.engine, billing: this.billing, log },
      keyWindowMs: options.keyWindowMs,
      conductOf: (mutation) => conducts.get(mutation) ?? null,
      getOperation: (operationId, scope) => operations.get(operationId, scope),
    });
    this.#recovery = new Recovery({
      ...{ store, engine: this.engine, writes: this.billing, log },
      options: { intervalMs: options.recoveryIntervalMs, windowMs: options.recoveryWindowMs },
    });
  }

  /** Starts to repeat what an earlier process, or another instance that died, left open. */
  start(): void {
    this.#recovery.start();
    this.#reader.start();
  }

  /** Resolves when the answers that vendors gave are stored, or cannot be. */
  async close(): Promise<void> {
    this.auditFeed.close();
    const loops = [this.#recovery, this.#reader];
    await Promise.all([...loops.map((loop) => loop.close()), this.engine.close()]);
    await this.deliveries.close().catch(() => {});
  }
}
