import type { WriteFailure, WriteOutcome, WriteRecord, WriteTarget } from '../../domain/write.ts';
import { customer } from '../customer/customer.ts';
import { errorCode } from '../error-code.ts';
import { enumType, expose, exposeAs, objectType } from '../fields.ts';
import { operation } from '../operation/operation.ts';
import { givenIdOf, invalidId } from '../relay/global-id.ts';
import { nodeType } from '../relay/node.ts';

export const writeOutcome = enumType<WriteOutcome>(
  'WriteOutcome',
  'The outcome of a change at a vendor.',
  {
    PENDING: 'The change is on record, and its call to the vendor may be on its way.',
    DONE: 'The vendor carried out the change.',
    REFUSED: 'The vendor or the gateway refused the change. Nothing was begun.',
    UNKNOWN:
      'The call may have reached the vendor, and its answer was not received. Send the same mutation with the same idempotency key, or use `settleWrite`.',
  },
);

const auditError = objectType<WriteFailure>(
  'AuditError',
  'The failure that decided a change, or that left its outcome unknown.',
  (t) => ({
    ...exposeAs(t, errorCode, { code: 'Machine-readable reason of the failure.' }),
    ...expose(t, { 'String!': { message: 'What was wrong, in English.' } }),
  }),
);

const auditTarget = objectType<WriteTarget>(
  'AuditTarget',
  'The object that a change is about.',
  (t) => ({
    ...expose(t, {
      String: {
        resellerId: "The billing API's id of the reseller; null for a change at the reseller API.",
        customerId: "The billing API's id of the customer; null for an invitation or a creation.",
        resellerCustomerId:
          "The reseller API's id of the customer, or the domain of one that was ordered; null for a change at billing.",
        skuId: 'SKU of the subscription; null when the change is not about a subscription.',
      },
    }),
    customer: t.field({
      type: customer,
      description: 'The customer; null when the change names none that can be addressed.',
      resolve: ({ resellerId, customerId, resellerCustomerId }) => {
        const billing = resellerId && customerId ? { resellerId, customerId } : null;
        return billing || resellerCustomerId !== null ? { billing, resellerCustomerId } : null;
      },
    }),
  }),
);

export const auditEntry = nodeType<WriteRecord>('AuditEntry', {
  description:
    'The record of one mutation that changes something at a vendor, or of one `settleWrite`: who sent it, and its outcome.',
  id: 'Global id of the audit entry.',
  key: ({ id }) => [id],
  load: async (parts, { services }) => services.audit.get(idOfParts(parts)),
  fields: (t) => ({
    ...expose(t, {
      'String!': {
        mutation: 'Name of the mutation, such as `activateCustomer`.',
        viewer: 'Stable name of the caller that sent the mutation.',
        requestId: 'Id of the request; find it in the log.',
      },
      String: { agent: "The client's User-Agent; null when it sent none." },
    }),
    at: t.field({
      type: 'DateTime',
      nullable: false,
      description: "RFC 3339 time at which the change was recorded, by the database's clock.",
      resolve: ({ recordedAt }) => recordedAt,
    }),
    ...exposeAs(t, writeOutcome, { outcome: 'The outcome of the change.' }),
    ...exposeAs(t, auditTarget, { target: 'The object that the change is about.' }),
    ...exposeAs(t, 'JSON', { input: 'The input without personal data and tokens.' }),
    ...exposeAs(t, 'UUID', {
      idempotencyKey:
        'The idempotency key of the mutation, or the one that the gateway generated. Send the same mutation with it to get the outcome of the change.',
    }),
    error: t.field({
      type: auditError,
      description: 'Why the change was refused or is unknown; null otherwise.',
      resolve: ({ failure }) => failure,
    }),
    operation: t.field({
      type: operation,
      description: "Billing's operation; null until it has started, and for the reseller API.",
      async resolve(entry, _args, { services }) {
        const { operationId } = await services.audit.stored(entry);
        return operationId === null ? null : services.operations.get(operationId);
      },
    }),
    billingAccountActive: t.boolean({
      description:
        'Whether the account of the billing customer is active now. It is evidence for `settleWrite` that proves nothing by itself: another change may have caused it. Null when the change is not about a billing customer, or when the account is not found.',
      resolve: async (
        { target: { resellerId, customerId } },
        _args,
        { services: { customers } },
      ) => {
        if (resellerId === null || customerId === null) return null;
        const billing = { resellerId, customerId };
        const found = await customers.billing({ billing, resellerCustomerId: null });
        return found && ((await customers.account(found))?.active ?? null);
      },
    }),
    cursor: t.string({
      description:
        'Pass this as `after` to `auditLogged` to resume after this outcome; null until the outcome is stored.',
      async resolve(entry, _args, { services: { audit } }) {
        const { sequence } = await audit.stored(entry);
        return sequence === undefined ? null : String(sequence);
      },
    }),
    durationMs: t.int({
      description: 'Milliseconds until the outcome was recorded; null while it is PENDING.',
      async resolve(entry, _args, { services: { audit } }) {
        const { recordedAt, settledAt } = await audit.stored(entry);
        if (!settledAt) return null;
        return Math.min(2 ** 31 - 1, Math.max(0, settledAt.getTime() - recordedAt.getTime()));
      },
    }),
  }),
});

/** @throws GatewayError BAD_USER_INPUT when it is not an audit entry's id */
export function auditEntryIdOf(id: string): string {
  return idOfParts(givenIdOf('AuditEntry', id));
}

function idOfParts([id, ...more]: readonly string[]): string {
  if (id && more.length === 0) return id;
  throw invalidId('AuditEntry');
}
