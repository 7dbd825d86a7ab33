import { z } from 'zod';
import type { BillingClient } from '../../backends/billing/client.ts';
import type { CallScope } from '../../domain/call-scope.ts';
import type { CustomerMetadata, Operation } from '../../domain/operation.ts';
import type { WriteMutation } from '../../domain/write.ts';
import { requestHash } from '../../store/writes/request-hash.ts';

const text = z.string();
const customer = z.object({ resellerId: text, customerId: text });
const optional = z.string().nullish();
const person = z.object({
  name: optional,
  longname: optional,
  phone: optional,
  email: optional,
  postCode: optional,
  postAddress: optional,
  legalAddress: optional,
  tin: optional,
});
/** `linkTo` is the gateway's own: the reseller customer to link to the new one. It is not sent. */
const creation = z.object({ resellerId: text, name: text, person, linkTo: optional });

const requestSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('INVITE_CUSTOMER'),
    ...creation.shape,
    invitationEmail: text,
  }),
  z.object({ kind: z.literal('CREATE_RESELLER_SERVED_CUSTOMER'), ...creation.shape }),
  z.object({ kind: z.literal('ACTIVATE_CUSTOMER'), ...customer.shape }),
  z.object({ kind: z.literal('SUSPEND_CUSTOMER'), ...customer.shape }),
]);

/** A call that starts an operation, in a form that can be stored and sent again. */
export type BillingRequest = z.infer<typeof requestSchema>;

/** @throws ZodError when the JSON is not a stored request */
export function parseRequest(json: unknown): BillingRequest {
  return requestSchema.parse(json);
}

/** Sends the request. Billing starts one operation per idempotency key. */
export function sendRequest(
  billing: BillingClient,
  request: BillingRequest,
  idempotencyKey: string,
  scope: CallScope,
): Promise<Operation> {
  switch (request.kind) {
    case 'INVITE_CUSTOMER': {
      const { kind: _, linkTo: __, ...invitation } = request;
      return billing.inviteCustomer(invitation, idempotencyKey, scope);
    }
    case 'CREATE_RESELLER_SERVED_CUSTOMER': {
      const { kind: _, linkTo: __, ...made } = request;
      return billing.createResellerServedCustomer(made, idempotencyKey, scope);
    }
    case 'ACTIVATE_CUSTOMER':
      return billing.activateCustomer(request.customerId, idempotencyKey, scope);
    case 'SUSPEND_CUSTOMER':
      return billing.suspendCustomer(request.customerId, idempotencyKey, scope);
  }
}

/** The customer that the request names; the id is empty for an invitation or a creation. */
export function customerOf(request: BillingRequest): CustomerMetadata {
  const customerId = 'customerId' in request ? request.customerId : '';
  return { type: 'customer', resellerId: request.resellerId, customerId };
}

/** The object that writes are serialised on; creations have none before they succeed. */
export function billingTarget(request: BillingRequest): string {
  const key = 'customerId' in request ? request.customerId : requestHash(request);
  return JSON.stringify(['billing', request.resellerId, key]);
}

/** The request without personal data, for the audit log. */
export function auditInput(request: BillingRequest): unknown {
  const { resellerId } = request;
  if ('customerId' in request) return { resellerId, customerId: request.customerId };
  return { resellerId, resellerCustomerId: request.linkTo ?? null };
}

export const billingMutations = {
  INVITE_CUSTOMER: 'inviteCustomer',
  CREATE_RESELLER_SERVED_CUSTOMER: 'createResellerServedCustomer',
  ACTIVATE_CUSTOMER: 'activateCustomer',
  SUSPEND_CUSTOMER: 'suspendCustomer',
} as const satisfies Record<BillingRequest['kind'], WriteMutation>;
