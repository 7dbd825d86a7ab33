import type { BillingClient } from '../../backends/billing/client.ts';
import { isBillingRefusal } from '../../backends/billing/errors.ts';
import type { CallScope } from '../../domain/call-scope.ts';
import { GatewayError } from '../../domain/error.ts';
import {
  type Operation,
  type OperationEntry,
  resellerOf,
  withKnown,
} from '../../domain/operation.ts';
import type { TraceContext } from '../../domain/tracing.ts';
import type { WriteStore } from '../../store/writes/write-store.ts';
import { type BillingReader, planOperation } from '../plans/billing-plan.ts';
import type { Conduct, WriteSpec } from '../write-spec.ts';
import {
  auditInput,
  type BillingRequest,
  billingMutations,
  billingTarget,
  customerOf,
  parseRequest,
  sendRequest,
} from './billing-request.ts';

export interface BillingWritesDeps {
  readonly billing: BillingClient;
  readonly store: Pick<WriteStore, 'started'>;
  /** How long all attempts of one write may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Polls an operation that this instance holds. */
  onStarted(entry: OperationEntry, trace: TraceContext | null): void;
  /** The present state of an operation; null when neither journal nor billing knows it. */
  getOperation(operationId: string, scope: CallScope): Promise<OperationEntry | null>;
}

export type BillingWrites = ReturnType<typeof createBillingWrites>;

/** Starts operations at billing. Every write is repeated with its own key until it is answered. */
export function createBillingWrites(deps: BillingWritesDeps) {
  const { billing, timeoutMs } = deps;
  const conduct: Conduct<Operation, OperationEntry> = {
    vendor: 'billing',
    timeoutMs,
    async attempt(write, scope) {
      const request = parseRequest(write.request);
      const operation = await sendRequest(billing, request, write.upstreamKey, scope);
      const { operationId } = operation;
      // Neither done nor refused: the write may have begun under an id that cannot be used.
      if (operationId === '' || operationId.includes('\u0000')) {
        const message = 'The billing API returned an operation without a usable id.';
        throw new GatewayError('INTERNAL_SERVER_ERROR', message, { service: 'billing' });
      }
      return withKnown(operation, customerOf(request));
    },
    isRefusal: isBillingRefusal,
    async store({ trace, record: { id, target } }, operation) {
      const { resellerId } = target;
      const state = { operation, resellerId, trace };
      const { entry, isHeld } = await deps.store.started(id, state);
      if (isHeld) deps.onStarted(entry, trace);
      return entry;
    },
    // Sequence 0 is before the first state of every operation.
    provisional: ({ record: { target } }, operation) => ({
      ...{ operation, sequence: 0, firstSeenAt: new Date() },
      resellerId: resellerOf(operation) ?? target.resellerId,
    }),
    async current({ operationId }, scope) {
      const entry = operationId && (await deps.getOperation(operationId, scope));
      if (entry) return entry;
      throw new Error(`operation ${operationId} is on record without a state`);
    },
    readBack: null,
  };

  return {
    conduct,
    /**
     * @param check refuses a new write by throwing; not called for one that is on record
     * @param reader reads the customer for a dry run
     */
    start(
      request: BillingRequest,
      check: (() => Promise<void>) | null,
      reader: BillingReader,
    ): WriteSpec<Operation, OperationEntry> {
      const { resellerId, customerId } = customerOf(request);
      return {
        mutation: billingMutations[request.kind],
        target: {
          ...{ resellerId, customerId: customerId || null, skuId: null },
          resellerCustomerId: null,
        },
        serialiseOn: billingTarget(request),
        request,
        input: auditInput(request),
        linkTo: ('linkTo' in request ? request.linkTo : null) ?? null,
        conduct,
        check,
        ready: (scope) => billing.ready(scope),
        plan: (scope) => planOperation(request, { billing, reader }, scope),
        snapshot: async () => null,
      };
    },
  };
}
