import type { InputShapeFromFields } from '@pothos/core';
import { MAX_BILLING_ID } from '../../domain/customer.ts';
import type { CustomerCreation } from '../../domain/order.ts';
import type { Services } from '../../services/services.ts';
import { builder, type InputFields } from '../builder.ts';
import { writeMutation } from '../mutation.ts';
import { operation } from '../operation/operation.ts';
import { Validation } from '../validation.ts';
import { customerOfId } from './customer.ts';
import { domainOrId, resellerIdDescription, resellerKeyInput } from './customer-keys.ts';

const customerPersonInput = builder.inputType('CustomerPersonInput', {
  description: 'The contact person of a customer. The billing API never returns these values.',
  fields: (t) => ({
    name: t.string({ description: 'Short name.' }),
    longname: t.string({ description: 'Full name.' }),
    phone: t.string({ description: 'Phone number.' }),
    email: t.string({ description: 'Email address.' }),
    postCode: t.string({ description: 'Postal code.' }),
    postAddress: t.string({ description: 'Postal address.' }),
    legalAddress: t.string({ description: 'Legal address.' }),
    tin: t.string({ description: 'Taxpayer identification number (TIN).' }),
  }),
});

function customerInput(t: InputFields) {
  return {
    customer: t.id({ required: true, description: 'Global id of the customer.' }),
  };
}

function creationInput(t: InputFields) {
  return {
    resellerId: t.string({ description: resellerIdDescription }),
    name: t.string({ required: true, description: 'Name of the customer.' }),
    person: t.field({
      type: customerPersonInput,
      required: true,
      description: 'The contact person of the customer.',
    }),
    resellerCustomer: t.field({
      type: resellerKeyInput,
      description: 'The reseller customer to link the new customer to once the operation succeeds.',
    }),
  };
}

const fieldNames = { customerId: 'customer' };

const startedOperation = {
  field: 'operation',
  type: operation,
  description: 'The operation, which may still be RUNNING. Watch it with `operationUpdated`.',
};

writeMutation('inviteCustomer', {
  description: 'Starts an operation that invites a customer by email.',
  inputDescription: 'The customer to invite.',
  input: (t) => ({
    ...creationInput(t),
    invitationEmail: t.string({
      required: true,
      description: 'Email address that receives the invitation.',
    }),
  }),
  success: 'The billing API accepted the invitation.',
  returns: startedOperation,
  async run(input, services, idempotencyKey) {
    const { invitationEmail } = input;
    const validation = new Validation();
    validation.required('invitationEmail', invitationEmail);
    validation.email('invitationEmail', invitationEmail || null);
    const { creation, linkTo } = await checkCreation(input, validation, services);
    const invitation = { ...creation, invitationEmail };
    return services.operations.inviteCustomer(invitation, linkTo, idempotencyKey);
  },
});

writeMutation('createResellerServedCustomer', {
  description: 'Starts an operation that creates a customer that the reseller manages.',
  inputDescription: 'The customer to create.',
  input: creationInput,
  success: 'The billing API accepted the creation.',
  returns: startedOperation,
  async run(input, services, idempotencyKey) {
    const { creation, linkTo } = await checkCreation(input, new Validation(), services);
    const { operations } = services;
    return operations.createResellerServedCustomer(creation, linkTo, idempotencyKey);
  },
});

writeMutation('activateCustomer', {
  description:
    'Starts an operation that activates a customer, so that it can use the resources of its account.',
  inputDescription: 'The customer to activate.',
  input: customerInput,
  success: 'The customer is being activated.',
  returns: startedOperation,
  fieldNames,
  run: async ({ customer }, { operations }, idempotencyKey) =>
    operations.activateCustomer(customerOfId(customer), idempotencyKey),
});

writeMutation('suspendCustomer', {
  description:
    'Starts an operation that suspends a customer. It loses access to its resources, and its data is deleted after 60 days.',
  inputDescription: 'The customer to suspend.',
  input: (t) => ({
    ...customerInput(t),
    confirm: t.boolean({
      description:
        "Must be true, to confirm that the customer's data is deleted 60 days after the suspension. A dry run does not need it.",
    }),
  }),
  success: 'The customer is being suspended.',
  returns: startedOperation,
  fieldNames,
  async run({ customer, confirm, dryRun }, { operations }, idempotencyKey) {
    const target = customerOfId(customer);
    // A dry run shows a person what there is to confirm.
    const isConfirmed = confirm === true || dryRun;
    // A caller should confirm for a customer that exists; otherwise billing checks that it does.
    if (!isConfirmed) await operations.requireCustomer(target);
    const validation = new Validation();
    validation.check(
      'confirm',
      isConfirmed,
      "must be true: the customer's data is deleted 60 days after a suspension",
    );
    validation.throwIfInvalid();
    return operations.suspendCustomer(target, idempotencyKey);
  },
});

/** Checks what an invitation and a creation have in common, together with earlier violations. */
async function checkCreation(
  input: InputShapeFromFields<ReturnType<typeof creationInput>>,
  validation: Validation,
  { customers, customerLinks }: Services,
): Promise<{ creation: CustomerCreation; linkTo: string | null }> {
  const { name, person, resellerCustomer } = input;
  validation.required('name', name);
  validation.email('person.email', person.email);
  validation.maxLength('resellerId', input.resellerId, MAX_BILLING_ID);
  validation.throwIfInvalid();
  const creation = { resellerId: customers.resellerId(input.resellerId), name, person };
  const linkTo =
    resellerCustomer && (await customerLinks.resellerIdOf(domainOrId(resellerCustomer)));
  return { creation, linkTo: linkTo ?? null };
}
