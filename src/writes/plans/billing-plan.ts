import type { BillingClient } from '../../backends/billing/client.ts';
import type { CallScope } from '../../domain/call-scope.ts';
import type { BillingAccount, BillingCustomer, Customer } from '../../domain/customer.ts';
import { GatewayError } from '../../domain/error.ts';
import { type Plan, PlanDraft, type PlannedObject } from '../../domain/plan.ts';
import type { BillingRequest } from '../billing/billing-request.ts';

/** Reads a billing customer and its account, as the services do. */
export interface BillingReader {
  billing(customer: Customer): BillingCustomer | null | Promise<BillingCustomer | null>;
  account(customer: BillingCustomer): Promise<BillingAccount | null>;
}

type CreationRequest = Extract<BillingRequest, { name: string }>;
type ActivityRequest = Exclude<BillingRequest, CreationRequest>;

/**
 * Plans the start of an operation.
 * @throws GatewayError NOT_FOUND when the reseller or the customer does not exist
 */
export async function planOperation(
  request: BillingRequest,
  { billing, reader }: { readonly billing: BillingClient; readonly reader: BillingReader },
  scope: CallScope,
): Promise<Plan> {
  if (!('name' in request)) return planActivity(request, reader);
  // Fails when the reseller does not exist.
  await billing.listCustomers(request.resellerId, { token: null, size: 1 }, scope);
  return planCreation(request);
}

function planCreation(request: CreationRequest): Plan {
  const draft = new PlanDraft();
  const { name, linkTo, resellerId } = request;
  const isInvited = request.kind === 'INVITE_CUSTOMER';
  const object: PlannedObject = { type: 'Customer', customer: null };
  draft
    .change(object, 'billing.resellerId', 'The reseller', { before: null, after: resellerId })
    .change(object, 'billing.account.name', 'The name', { before: null, after: name })
    .change(object, 'reseller.customerId', 'The linked reseller customer', {
      before: null,
      after: linkTo ?? null,
    })
    .warn(
      'VENDOR_DECIDES',
      'Billing decides whether the contact person is valid, also after the operation has begun.',
      'person',
    );
  if (!isInvited) return draft.done(`Creates the customer ${name} of the reseller ${resellerId}.`);
  const { invitationEmail } = request;
  draft.warn('CONSEQUENCE', `Billing sends an invitation to ${invitationEmail}.`);
  return draft.done(`Invites ${name} to become a customer of the reseller ${resellerId}.`);
}

async function planActivity(request: ActivityRequest, reader: BillingReader): Promise<Plan> {
  const { resellerId, customerId } = request;
  const key = { billing: { resellerId, customerId }, resellerCustomerId: null };
  const customer = await reader.billing(key);
  if (!customer) {
    const message = 'The customer was not found in the billing API.';
    throw new GatewayError('NOT_FOUND', message, { service: 'billing', nothingSent: true });
  }
  const account = await reader.account(customer);
  const draft = new PlanDraft();
  const after = request.kind === 'ACTIVATE_CUSTOMER';
  const object: PlannedObject = { type: 'Customer', customer: key };
  const values = { before: account?.active ?? null, after };
  const label = `The account becomes ${after ? 'active' : 'inactive'}.`;
  draft.change(object, 'billing.account.active', label, values);
  draft.warn(
    'VENDOR_DECIDES',
    'Billing decides whether the operation succeeds. Watch it with operationUpdated.',
  );
  const name = account?.name || customerId;
  if (after) return draft.done(`Activates the customer ${name}.`);
  draft
    .warn('CONSEQUENCE', 'The customer loses access to its resources.')
    .warn('CONSEQUENCE', "The customer's data is deleted 60 days after the suspension.")
    .warn('CONFIRMATION_REQUIRED', 'The mutation requires confirm: true.', 'confirm');
  return draft.done(`Suspends the customer ${name}.`);
}
