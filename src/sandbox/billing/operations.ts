import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { CustomerSchema } from '../../gen/yandex/cloud/billing/v1/customer_pb.ts';
import { CustomerMetadataSchema } from '../../gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import { type Operation, OperationSchema } from '../../gen/yandex/cloud/operation/operation_pb.ts';
import { hashFraction } from '../random.ts';
import { FinishQueue } from './finish-queue.ts';
import {
  cancellation,
  type OperationSubject,
  type OperationTiming,
  planSteps,
  type Step,
} from './outcomes.ts';
import { notFound, pack } from './status.ts';

export interface OperationPlan extends OperationSubject {
  readonly resellerId: string;
  readonly billingAccountId: string;
  readonly description: string;
  /** Applies the change when the operation succeeds. */
  readonly apply: (at: number) => void;
}

interface OperationRecord {
  readonly id: string;
  readonly plan: OperationPlan;
  readonly createdAt: number;
  readonly idempotencyKey: string | undefined;
  steps: Step[];
  hiddenGets: number;
}

const createdBy = 'ajesandboxreseller01';

function stepAt(record: OperationRecord, now: number): Step {
  const step = record.steps.findLast(({ at }) => at <= now) ?? record.steps[0];
  if (step === undefined) throw new Error(`operation ${record.id} has no steps`);
  return step;
}

function resultOf(step: Step, plan: OperationPlan): Operation['result'] {
  if (step.error !== undefined) return { case: 'error', value: step.error };
  if (step.succeeded !== true) return { case: undefined };
  const { customerId: id, billingAccountId } = plan;
  const customer = create(CustomerSchema, { id, billingAccountId });
  return { case: 'response', value: pack(CustomerSchema, customer) };
}

function toMessage(record: OperationRecord, step: Step): Operation {
  const { resellerId, customerId, description } = record.plan;
  const metadata = create(CustomerMetadataSchema, { resellerId, customerId });
  return create(OperationSchema, {
    id: record.id,
    description,
    createdAt: timestampFromMs(record.createdAt),
    createdBy,
    modifiedAt: timestampFromMs(step.at),
    done: step.done,
    metadata: pack(CustomerMetadataSchema, metadata),
    result: resultOf(step, record.plan),
  });
}

/**
 * Long-running operations without timers: the steps of an operation are planned when it starts, and
 * the clock determines the current step. Every read of the store must call `applyFinished` first.
 */
export class Operations {
  timing: OperationTiming;
  readonly #now: () => number;
  readonly #newId: () => string;
  readonly #records = new Map<string, OperationRecord>();
  readonly #byKey = new Map<string, OperationRecord>();
  readonly #unfinished = new Set<OperationRecord>();
  readonly #finishing = new FinishQueue<OperationRecord>();

  constructor(timing: OperationTiming, now: () => number, newId: () => string) {
    this.timing = timing;
    this.#now = now;
    this.#newId = newId;
  }

  /** The current state of the operation that was started with this idempotency key. */
  findByKey(idempotencyKey: string | undefined): Operation | undefined {
    const record = idempotencyKey === undefined ? undefined : this.#byKey.get(idempotencyKey);
    return record && this.#read(record);
  }

  start(plan: OperationPlan, idempotencyKey: string | undefined): Operation {
    const id = this.#newId();
    const createdAt = this.#now();
    const steps = planSteps(id, plan, this.timing, createdAt);
    const lags = hashFraction(`${id} replicas`) < this.timing.notFoundShare;
    const hiddenGets = lags ? this.timing.notFoundGets : 0;
    const record = { id, plan, createdAt, idempotencyKey, steps, hiddenGets };
    this.#records.set(id, record);
    this.#unfinished.add(record);
    const end = steps.find(({ done }) => done);
    if (end) this.#finishing.add(end.at, record);
    if (idempotencyKey !== undefined) this.#byKey.set(idempotencyKey, record);
    return this.#read(record);
  }

  get(id: string): Operation {
    const record = this.#find(id);
    if (record.hiddenGets > 0) {
      record.hiddenGets -= 1;
      throw notFound('yandex.cloud.operation.Operation', id);
    }
    return this.#read(record);
  }

  /** Does not change an operation that is finished or rolling back. */
  cancel(id: string): Operation {
    const record = this.#find(id);
    const now = this.#now();
    const { done, error } = stepAt(record, now);
    if (!done && error === undefined) {
      const past = record.steps.filter(({ at }) => at <= now);
      record.steps = [...past, { at: now, done: true, error: cancellation() }];
      this.#finishing.add(now, record);
    }
    return this.#read(record);
  }

  /** Applies the changes of finished operations in the order in which they finished. */
  applyFinished(): void {
    const now = this.#now();
    for (
      let record = this.#finishing.takeDue(now);
      record !== undefined;
      record = this.#finishing.takeDue(now)
    ) {
      // An operation that was cancelled is in the queue twice.
      if (!this.#unfinished.delete(record)) continue;
      const { at, succeeded } = stepAt(record, now);
      if (succeeded === true) record.plan.apply(at);
    }
    this.#evictOldest();
  }

  #find(id: string): OperationRecord {
    const record = this.#records.get(id);
    if (record === undefined) throw notFound('yandex.cloud.operation.Operation', id);
    return record;
  }

  #read(record: OperationRecord): Operation {
    this.applyFinished();
    return toMessage(record, stepAt(record, this.#now()));
  }

  #evictOldest(): void {
    let surplus = this.#records.size - this.#unfinished.size - this.timing.retained;
    if (surplus <= 0) return;
    for (const record of this.#records.values()) {
      if (surplus <= 0) return;
      if (this.#unfinished.has(record)) continue;
      this.#records.delete(record.id);
      if (record.idempotencyKey !== undefined) this.#byKey.delete(record.idempotencyKey);
      surplus -= 1;
    }
  }
}
