import { randomUUID } from 'node:crypto';
import type { CallScope } from '../domain/call-scope.ts';
import { GatewayError } from '../domain/error.ts';
import type { OperationEntry } from '../domain/operation.ts';
import { type Plan, PlanDraft } from '../domain/plan.ts';
import { writeSettled } from '../domain/telemetry.ts';
import { OutcomeUnknown, type WriteMutation, type WriteRecord } from '../domain/write.ts';
import type { Logger } from '../log.ts';
import type { AuditStore } from '../store/writes/audit-store.ts';
import { requestHash } from '../store/writes/request-hash.ts';
import type { StoredWrite } from '../store/writes/write-rows.ts';
import type { NewWrite, WriteStore } from '../store/writes/write-store.ts';
import { billingMutations } from './billing/billing-request.ts';
import type { BillingWrites } from './billing/billing-writes.ts';
import {
  assertUnsettled,
  checkOperationId,
  isBillingMutation,
  isOther,
  isUnsettled,
  notDone,
  precondition,
  type SettleAction,
  type SettleRequest,
} from './settle-checks.ts';
import type { WriteEngine } from './write-engine.ts';
import type { Conduct, WriteCaller } from './write-spec.ts';

export type { SettleAction, SettleRequest };

export interface SettlementsDeps {
  readonly store: Pick<WriteStore, 'get' | 'withdraw'>;
  readonly audit: Pick<AuditStore, 'confirm' | 'recordRepeat' | 'isOperationTaken'>;
  readonly engine: Pick<WriteEngine, 'continue'>;
  readonly billing: Pick<BillingWrites, 'conduct'>;
  readonly log: Logger;
  /** How long billing is assumed to keep an idempotency key, in milliseconds. */
  readonly keyWindowMs: number;
  /** How a mutation is repeated; null when it cannot be. */
  conductOf(mutation: WriteMutation): Conduct<unknown, unknown> | null;
  /** The present state of an operation; null when billing does not have it. */
  getOperation(operationId: string, scope: CallScope): Promise<OperationEntry | null>;
}

/** Settles writes without an outcome on behalf of a person, and records each attempt to do so. */
export class Settlements {
  readonly #deps: SettlementsDeps;

  constructor(deps: SettlementsDeps) {
    this.#deps = deps;
  }

  /**
   * @returns the settled write
   * @throws OutcomeUnknown when a repeat left the outcome unknown; another GatewayError when the
   *   write was not changed, after that is recorded too
   */
  async settle(
    write: StoredWrite,
    request: SettleRequest,
    caller: Omit<WriteCaller, 'idempotencyKey'>,
    scope: CallScope,
  ): Promise<WriteRecord> {
    checkOperationId(write.record.mutation, request);
    const audit = auditOf(write, request, caller, scope);
    try {
      if (request.action === 'REPEAT') return await this.#repeat(write, audit, scope);
      return await this.#confirm(write, request, audit, scope);
    } catch (error) {
      if (error instanceof GatewayError && !(error instanceof OutcomeUnknown)) {
        const { code, message } = error;
        // Changes nothing when the action is recorded as done already.
        await this.#deps.store.withdraw(audit, audit.id, { code, message });
      }
      throw error;
    }
  }

  /**
   * What settling would do, for a dry run.
   * @throws GatewayError as `settle` does
   */
  async plan(write: StoredWrite, request: SettleRequest, scope: CallScope): Promise<Plan> {
    const { id, mutation, outcome } = write.record;
    const { action, operationId } = request;
    checkOperationId(mutation, request);
    if (action === 'REPEAT') this.#repeatable(write);
    else await this.#confirmable(write, operationId, scope);
    const after = action === 'CONFIRM_NOT_DONE' ? 'REFUSED' : 'DONE';
    const object = { type: 'AuditEntry', writeId: id } as const;
    return new PlanDraft()
      .change(object, 'outcome', 'The outcome', { before: outcome, after })
      .warnIf(
        action === 'REPEAT',
        'VENDOR_DECIDES',
        'The outcome is DONE only if the vendor has carried the change out, or does so now.',
      )
      .done(
        action === 'REPEAT'
          ? `Finds out whether ${mutation} was carried out.`
          : `Records ${mutation} as ${after}.`,
      );
  }

  async #repeat(write: StoredWrite, audit: NewWrite, scope: CallScope): Promise<WriteRecord> {
    const { store, engine } = this.#deps;
    const { id } = write.record;
    const conduct = this.#repeatable(write);
    if (!(await this.#deps.audit.recordRepeat(write, audit))) throw await this.#overtaken(id);
    const failure = await engine.continue(conduct, write, scope).then(
      () => null,
      (error: unknown) => error,
    );
    if (failure instanceof OutcomeUnknown) throw failure;
    const latest = (await store.get(id))?.record;
    if (latest && !isUnsettled(latest)) return latest;
    // The answer of the vendor may not be stored yet.
    if (failure === null) return { ...write.record, outcome: 'DONE', failure: null };
    throw failure;
  }

  async #confirm(
    write: StoredWrite,
    { action, operationId }: SettleRequest,
    audit: NewWrite,
    scope: CallScope,
  ): Promise<WriteRecord> {
    const { store, billing: writes, log } = this.#deps;
    const { id } = write.record;
    const entry = await this.#confirmable(write, operationId, scope);
    const confirmation =
      action === 'CONFIRM_DONE'
        ? ({ outcome: 'DONE', operationId, failure: null } as const)
        : ({ outcome: 'REFUSED', operationId: null, failure: notDone } as const);
    if (!(await this.#deps.audit.confirm(write, confirmation, audit))) {
      throw await this.#overtaken(id);
    }
    writeSettled.publish({ mutation: write.record.mutation, outcome: confirmation.outcome });
    if (entry) {
      // The operation is in the journal already; this also leases it and creates its link.
      await writes.conduct.store(write, entry.operation).catch((err: unknown) => {
        log.warn({ err, write: id, operation: operationId }, 'confirmed operation not leased');
      });
    }
    const settled = await store.get(id);
    if (!settled) throw new Error(`write ${id} was deleted while it was settled`);
    return settled.record;
  }

  /** @throws GatewayError when the write cannot be repeated */
  #repeatable(write: StoredWrite): Conduct<unknown, unknown> {
    const { mutation } = write.record;
    assertUnsettled(write);
    const conduct = this.#deps.conductOf(mutation);
    if (!conduct) {
      throw precondition(`${mutation} cannot be repeated. Use CONFIRM_DONE or CONFIRM_NOT_DONE.`);
    }
    this.#assertRepeatable(write);
    return conduct;
  }

  /** @throws GatewayError when the outcome of the write cannot be confirmed */
  async #confirmable(
    write: StoredWrite,
    operationId: string | null,
    scope: CallScope,
  ): Promise<OperationEntry | null> {
    assertUnsettled(write);
    return operationId === null ? null : this.#operation(write, operationId, scope);
  }

  async #operation(
    { record: { id, mutation, target } }: StoredWrite,
    operationId: string,
    scope: CallScope,
  ): Promise<OperationEntry> {
    const { getOperation, audit } = this.#deps;
    const entry = await getOperation(operationId, scope);
    if (!entry) {
      throw new GatewayError('NOT_FOUND', `Billing has no operation ${operationId}.`);
    }
    const { kind, metadata } = entry.operation;
    const isOtherKind = kind !== 'UNKNOWN' && billingMutations[kind] !== mutation;
    const isOtherCustomer =
      metadata?.type === 'customer' &&
      (isOther(metadata.resellerId, target.resellerId) ||
        isOther(metadata.customerId, target.customerId));
    if (isOtherKind || isOtherCustomer) {
      throw precondition(`Operation ${operationId} is about another change than this one.`);
    }
    if (await audit.isOperationTaken(operationId, id)) {
      throw precondition(`Operation ${operationId} belongs to another audit entry.`);
    }
    return entry;
  }

  #assertRepeatable(write: StoredWrite): void {
    const { keyWindowMs } = this.#deps;
    if (write.isSuperseded) {
      throw precondition(
        'A different change of the same object was sent later, so this one is not repeated. Use CONFIRM_DONE or CONFIRM_NOT_DONE.',
      );
    }
    if (!isBillingMutation(write.record.mutation)) {
      if (write.request !== null) return;
      throw precondition(
        'The request was erased after 30 days, so it cannot be repeated. Use CONFIRM_DONE or CONFIRM_NOT_DONE.',
      );
    }
    if (write.ageMs < keyWindowMs) return;
    throw precondition(
      `The change is older than ${Math.round(keyWindowMs / 60_000)} minutes. Billing may have forgotten its idempotency key and would carry it out a second time, so it is not repeated. Use CONFIRM_DONE or CONFIRM_NOT_DONE.`,
    );
  }

  /** The reason why a write that was unsettled a moment ago could not be changed. */
  async #overtaken(id: string): Promise<GatewayError> {
    const latest = await this.#deps.store.get(id);
    try {
      if (latest) assertUnsettled(latest);
      if (latest) this.#assertRepeatable(latest);
    } catch (error) {
      if (error instanceof GatewayError) return error;
      throw error;
    }
    const message = 'Another request changed the audit entry at the same time; try again.';
    return new GatewayError('UNAVAILABLE', message, { retryable: true });
  }
}

/** The record of the action itself, which changes nothing at a vendor. */
function auditOf(
  { record, target: serialiseOn }: StoredWrite,
  { action, operationId }: SettleRequest,
  { viewer, agent }: Omit<WriteCaller, 'idempotencyKey'>,
  { requestId }: CallScope,
): NewWrite {
  const input = { auditEntry: record.id, action, operationId };
  return {
    ...{ viewer, agent, requestId, serialiseOn, input, target: record.target },
    id: randomUUID(),
    mutation: 'settleWrite',
    requestHash: requestHash(input),
    ...{ request: null, snapshot: null, linkTo: null },
    ...{ idempotencyKey: randomUUID(), isKeyGiven: false, upstreamKey: randomUUID() },
  };
}
