import type { OperationReading } from '../../src/backends/billing/client.ts';
import type { CallScope } from '../../src/backends/call.ts';
import {
  type Operation,
  type OperationEntry,
  type OperationStatus,
  operationStatus,
} from '../../src/domain/operation.ts';
import { createLogger } from '../../src/log.ts';
import { type PollerOptions, Pollers } from '../../src/operations/poller.ts';
import { WakeUps } from '../../src/operations/wake-up.ts';
import { memoryJournal, type OperationJournal } from '../../src/store/journal.ts';

export const log = createLogger('silent');

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

export function reading(state: Operation, pollIntervalMs: number | null = null): OperationReading {
  return { operation: state, pollIntervalMs };
}

export function scope(signal = new AbortController().signal): CallScope {
  return { signal, requestId: 'req-1' };
}

/** What one read gives: a reading, null for NOT_FOUND, or a failure. */
export type Answer = OperationReading | null | Error | Promise<OperationReading | null>;

/** Gives one answer after the other, the last one again and again. Records when it was asked. */
export function scriptedBilling(...answers: Answer[]) {
  const asked: (CallScope & { at: number; id: string; kind: string })[] = [];
  return {
    asked,
    /** The pauses between the questions. */
    pauses: () => asked.slice(1).map(({ at }, n) => at - (asked[n]?.at ?? 0)),
    async getOperation(id: string, kind: Operation['kind'], scope: CallScope) {
      asked.push({ ...scope, at: performance.now(), id, kind });
      const answer = await answers[Math.min(asked.length, answers.length) - 1];
      if (answer instanceof Error) throw answer;
      return answer ?? null;
    },
  };
}

/** Never answers: operations change by `record` alone. */
export function silentBilling() {
  return scriptedBilling(new Promise<null>(() => {}));
}

export const pollOptions: PollerOptions = {
  intervalMs: 1_000,
  maxIntervalMs: 10_000,
  lostAfterMs: 60_000,
};

export interface PollParts {
  readonly journal?: OperationJournal;
  readonly options?: Partial<PollerOptions>;
}

/** A journal, its wake-ups and its pollers, joined as the gateway joins them. */
export function polling(
  billing: Pick<ReturnType<typeof scriptedBilling>, 'getOperation'>,
  { journal = memoryJournal(), options = {} }: PollParts = {},
) {
  const wakeUps = new WakeUps();
  const all = { ...pollOptions, ...options };
  const pollers = new Pollers({ billing, journal, wakeUps, log, options: all });
  return {
    journal,
    wakeUps,
    pollers,
    async record(state: Operation): Promise<OperationEntry> {
      const entry = await journal.append(state);
      wakeUps.wake(state.operationId);
      return entry;
    },
  };
}

/** Polling of one running operation that is in the journal. */
export async function polled(billing: ReturnType<typeof scriptedBilling>, parts: PollParts = {}) {
  const all = polling(billing, parts);
  const latest = await all.record(operation());
  const statuses = async (): Promise<OperationStatus[]> =>
    (await all.journal.after('op', 0)).map((entry) => operationStatus(entry.operation));
  return { ...all, latest, statuses };
}
