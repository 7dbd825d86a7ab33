import type { BillingClient, OperationReading } from '../../src/backends/billing/client.ts';
import type { CallScope } from '../../src/domain/call-scope.ts';
import { GatewayError } from '../../src/domain/error.ts';
import type { Operation } from '../../src/domain/operation.ts';
import { createLogger } from '../../src/log.ts';

export const log = createLogger('silent');

export const outage = new GatewayError('UNAVAILABLE', 'down', { retryable: true });

/** A running operation, unless told otherwise. */
export function operation(fields: Partial<Operation> = {}): Operation {
  return {
    operationId: 'op',
    kind: 'ACTIVATE_CUSTOMER',
    description: null,
    createdAt: null,
    createdBy: null,
    modifiedAt: null,
    done: false,
    metadata: null,
    result: null,
    ...fields,
  };
}

const customer = { resellerId: 'R1', customerId: 'C1', billingAccountId: 'A1' };

export function succeeded(fields: Partial<Operation> = {}): Operation {
  return operation({ done: true, result: { type: 'customer', customer }, ...fields });
}

/** Failed, or with `done` false: a failure was seen. */
export function failed(done = true): Operation {
  return operation({ done, result: { type: 'failure', code: 9, message: 'no', details: [] } });
}

/** The nth state of a running operation. */
export function step(n: number, fields: Partial<Operation> = {}): Operation {
  return operation({ description: `step ${n}`, ...fields });
}

export function reading(state: Operation, pollIntervalMs: number | null = null): OperationReading {
  return { operation: state, pollIntervalMs };
}

export function scope(signal = new AbortController().signal): CallScope {
  return { signal, requestId: 'req-1' };
}

/** Lets everything run that is not waiting for something to happen. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function unscripted(): Promise<never> {
  throw new Error('this call is not scripted');
}

const unscriptedBilling: BillingClient = {
  listCustomers: unscripted,
  getAccount: unscripted,
  inviteCustomer: unscripted,
  createResellerServedCustomer: unscripted,
  activateCustomer: unscripted,
  suspendCustomer: unscripted,
  getOperation: unscripted,
  cancelOperation: unscripted,
  close() {},
};

/** Gives one answer after the other, the last one again and again. */
function inTurn<T>(answers: readonly T[]): () => T {
  let given = 0;
  return () => {
    const answer = answers[Math.min(given++, answers.length - 1)];
    if (answer === undefined) throw new Error('no answer is scripted');
    return answer;
  };
}

/** What one read gives: a reading, null for NOT_FOUND, or a failure. */
export type Answer = OperationReading | null | Error | Promise<OperationReading | null>;

/** Billing that is only asked for operations. Records when. */
export function scriptedBilling(...answers: Answer[]) {
  const asked: (CallScope & { at: number; id: string; kind: string })[] = [];
  const next = inTurn(answers);
  return {
    ...unscriptedBilling,
    asked,
    /** The pauses between the questions. */
    pauses: () => asked.slice(1).map(({ at }, n) => at - (asked[n]?.at ?? 0)),
    async getOperation(id: string, kind: Operation['kind'], scope: CallScope) {
      asked.push({ ...scope, at: performance.now(), id, kind });
      const answer = await next();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

/** Never answers: operations change by `record` alone. */
export function silentBilling() {
  return scriptedBilling(new Promise<null>(() => {}));
}

/** Billing that is only asked to activate customers. Records with which keys. */
export function startingBilling(...answers: (Operation | Error | Promise<Operation>)[]) {
  const sent: { customerId: string; idempotencyKey: string; signal: AbortSignal }[] = [];
  const next = inTurn(answers);
  return {
    ...unscriptedBilling,
    sent,
    async activateCustomer(customerId: string, idempotencyKey: string, { signal }: CallScope) {
      sent.push({ customerId, idempotencyKey, signal });
      const answer = await next();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}
