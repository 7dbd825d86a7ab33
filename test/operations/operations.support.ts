import type { BillingClient, OperationReading } from '../../src/backends/billing/client.ts';
import type { CallScope } from '../../src/domain/call-scope.ts';
import { GatewayError } from '../../src/domain/error.ts';
import type { Operation } from '../../src/domain/operation.ts';
import { createLogger } from '../../src/log.ts';

export const log = createLogger('silent');

export const outage = new GatewayError('UNAVAILABLE', 'down', { retryable: true });

/** A running operation by default. */
export function operation(fields: Partial<Operation> = {}): Operation {
  return {
    operationId: 'op',
    kind: 'ACTIVATE_CUSTOMER',
    description: null,
    createdAt: null,
    createdBy: null,
    modifiedAt: new Date(0),
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

/** An operation that failed, or with `done` = false is being rolled back. */
export function failed(done = true): Operation {
  return operation({ done, result: { type: 'failure', code: 9, message: 'no', details: [] } });
}

/** The nth state of a running operation. */
export function step(n: number, fields: Partial<Operation> = {}): Operation {
  return operation({ description: `step ${n}`, modifiedAt: new Date(n), ...fields });
}

export function reading(state: Operation, pollIntervalMs: number | null = null): OperationReading {
  return { operation: state, pollIntervalMs };
}

export function scope(signal = new AbortController().signal): CallScope {
  return { signal, requestId: 'req-1' };
}

/** Waits until only timers and unresolved promises are left. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function unscripted(): Promise<never> {
  throw new Error('this call is not scripted');
}

const unscriptedBilling: BillingClient = {
  listCustomers: unscripted,
  listAccounts: unscripted,
  getAccount: unscripted,
  inviteCustomer: unscripted,
  createResellerServedCustomer: unscripted,
  activateCustomer: unscripted,
  suspendCustomer: unscripted,
  getOperation: unscripted,
  cancelOperation: unscripted,
  ready: async () => {},
  problem: async () => null,
  close() {},
};

/** Returns one answer after the other, then the last one forever. */
function inTurn<T>(answers: readonly T[]): () => T {
  let given = 0;
  return () => {
    const answer = answers[Math.min(given++, answers.length - 1)];
    if (answer === undefined) throw new Error('no answer is scripted');
    return answer;
  };
}

/** The response to one read: a reading, null for NOT_FOUND, or an error to throw. */
export type Answer = OperationReading | null | Error | Promise<OperationReading | null>;

/** A billing client that only returns operations and records when they were requested. */
export function scriptedBilling(...answers: Answer[]) {
  const asked: (CallScope & { at: number; id: string; kind: string })[] = [];
  const next = inTurn(answers);
  return {
    ...unscriptedBilling,
    asked,
    /** Milliseconds between the requests. */
    pauses: () => asked.slice(1).map(({ at }, n) => at - (asked[n]?.at ?? 0)),
    async getOperation(id: string, kind: Operation['kind'], scope: CallScope) {
      asked.push({ ...scope, at: performance.now(), id, kind });
      const answer = await next();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

/** A billing client that never responds: only `record` changes operations. */
export function silentBilling() {
  return scriptedBilling(new Promise<null>(() => {}));
}
