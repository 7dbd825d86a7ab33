import type { CustomerCreation } from '../../domain/order.ts';
import type { Services } from '../../services/services.ts';
import { builder } from '../builder.ts';
import { mutate, resultOf } from '../mutation.ts';
import { operation, operationIdOf } from '../operation/operation.ts';
import { Validation } from '../validation.ts';
import { customerOfId } from './customer.ts';
import { domainOrId, resellerKeyInput } from './link-mutations.ts';

/** The bound of every id of the billing API, in characters. */
const MAX_ID = 50;

const idempotencyKeyDescription =
  'Sending the same key again gives the same operation; absent has one made for this call.';
const resellerIdDescription = "Billing's id of the reseller; absent stands for the configured one.";

const linkDescription =
  'The customer of the reseller API that it is: the two are linked when the operation succeeds.';

const customerPersonInput = builder.inputType('CustomerPersonInput', {
  description: 'The person behind a customer. Billing takes it and never gives it back.',
  fields: (t) => ({
    name: t.string({ description: 'Name.' }),
    longname: t.string({ description: 'Long name.' }),
    phone: t.string({ description: 'A valid telephone number or phoneword.' }),
    email: t.string({ description: 'A valid e-mail address.' }),
    postCode: t.string({ description: 'Postal code.' }),
    postAddress: t.string({ description: 'Postal address.' }),
    legalAddress: t.string({ description: 'Legal address.' }),
    tin: t.string({ description: 'Tax identification number.' }),
  }),
});

const inviteCustomerInput = builder.inputType('InviteCustomerInput', {
  description: 'Whom to invite.',
  fields: (t) => ({
    resellerId: t.string({ description: resellerIdDescription }),
    name: t.string({ required: true, description: 'Name of the customer.' }),
    invitationEmail: t.string({ required: true, description: 'Where the invitation goes.' }),
    person: t.field({
      type: customerPersonInput,
      required: true,
      description: 'The person behind the customer.',
    }),
    resellerCustomer: t.field({
      type: resellerKeyInput,
      description: linkDescription,
    }),
    idempotencyKey: t.field({ type: 'UUID', description: idempotencyKeyDescription }),
  }),
});

builder.mutationField('inviteCustomer', (t) =>
  t.field({
    type: operation,
    description: 'Invites a customer by e-mail. Gives the operation at once.',
    errors: resultOf('InviteCustomer', 'operation', 'The operation that invites the customer.'),
    args: {
      input: t.arg({ type: inviteCustomerInput, required: true, description: 'Whom to invite.' }),
    },
    resolve: (_root, { input }, { services }) =>
      mutate(async () => {
        const { invitationEmail } = input;
        const validation = new Validation();
        validation.required('invitationEmail', invitationEmail);
        validation.email('invitationEmail', invitationEmail || null);
        const { creation, linkTo } = await checkedCreation(input, validation, services);
        return services.operations.inviteCustomer(
          { ...creation, invitationEmail },
          linkTo,
          input.idempotencyKey ?? null,
        );
      }),
  }),
);

const createResellerServedCustomerInput = builder.inputType('CreateResellerServedCustomerInput', {
  description: 'Whom to make a customer.',
  fields: (t) => ({
    resellerId: t.string({ description: resellerIdDescription }),
    name: t.string({ required: true, description: 'Name of the customer.' }),
    person: t.field({
      type: customerPersonInput,
      required: true,
      description: 'The person behind the customer.',
    }),
    resellerCustomer: t.field({
      type: resellerKeyInput,
      description: linkDescription,
    }),
    idempotencyKey: t.field({ type: 'UUID', description: idempotencyKeyDescription }),
  }),
});

builder.mutationField('createResellerServedCustomer', (t) =>
  t.field({
    type: operation,
    description: 'Makes a customer that the reseller serves. Gives the operation at once.',
    errors: resultOf(
      'CreateResellerServedCustomer',
      'operation',
      'The operation that makes the customer.',
    ),
    args: {
      input: t.arg({
        type: createResellerServedCustomerInput,
        required: true,
        description: 'Whom to make a customer.',
      }),
    },
    resolve: (_root, { input }, { services }) =>
      mutate(async () => {
        const { creation, linkTo } = await checkedCreation(input, new Validation(), services);
        return services.operations.createResellerServedCustomer(
          creation,
          linkTo,
          input.idempotencyKey ?? null,
        );
      }),
  }),
);

const activateCustomerInput = builder.inputType('ActivateCustomerInput', {
  description: 'Whom to activate.',
  fields: (t) => ({
    customer: t.id({ required: true, description: 'Global id of the customer.' }),
    idempotencyKey: t.field({ type: 'UUID', description: idempotencyKeyDescription }),
  }),
});

builder.mutationField('activateCustomer', (t) =>
  t.field({
    type: operation,
    description: 'Lets a customer use what its account pays for. Gives the operation at once.',
    errors: resultOf('ActivateCustomer', 'operation', 'The operation that activates the customer.'),
    args: {
      input: t.arg({
        type: activateCustomerInput,
        required: true,
        description: 'Whom to activate.',
      }),
    },
    resolve: (_root, { input }, { services }) =>
      mutate(
        async () =>
          services.operations.activateCustomer(
            customerOfId(input.customer),
            input.idempotencyKey ?? null,
          ),
        { customerId: 'customer' },
      ),
  }),
);

const suspendCustomerInput = builder.inputType('SuspendCustomerInput', {
  description: 'Whom to suspend.',
  fields: (t) => ({
    customer: t.id({ required: true, description: 'Global id of the customer.' }),
    confirm: t.boolean({
      description: 'Must be true: 60 days after a suspension the data of the customer is deleted.',
    }),
    idempotencyKey: t.field({ type: 'UUID', description: idempotencyKeyDescription }),
  }),
});

builder.mutationField('suspendCustomer', (t) =>
  t.field({
    type: operation,
    description: 'Stops a customer from using its account. Gives the operation at once.',
    errors: resultOf('SuspendCustomer', 'operation', 'The operation that suspends the customer.'),
    args: {
      input: t.arg({ type: suspendCustomerInput, required: true, description: 'Whom to suspend.' }),
    },
    resolve: (_root, { input }, { services }) =>
      mutate(
        async () => {
          const validation = new Validation();
          validation.check(
            'confirm',
            input.confirm === true,
            'must be true: 60 days after a suspension the data of the customer is deleted',
          );
          validation.end();
          return services.operations.suspendCustomer(
            customerOfId(input.customer),
            input.idempotencyKey ?? null,
          );
        },
        { customerId: 'customer' },
      ),
  }),
);

const cancelOperationInput = builder.inputType('CancelOperationInput', {
  description: 'What to cancel.',
  fields: (t) => ({
    operation: t.id({ required: true, description: 'Global id of the operation.' }),
  }),
});

builder.mutationField('cancelOperation', (t) =>
  t.field({
    type: operation,
    description:
      'Asks billing to cancel an operation, which it does if it can. Gives the operation as it is.',
    errors: resultOf('CancelOperation', 'operation', 'The operation as it is now.'),
    args: {
      input: t.arg({ type: cancelOperationInput, required: true, description: 'What to cancel.' }),
    },
    resolve: (_root, { input }, { services }) =>
      mutate(async () => services.operations.cancel(operationIdOf(input.operation)), {
        operationId: 'operation',
      }),
  }),
);

/** What inviting and making a customer have in common, once nothing is wrong with it. */
async function checkedCreation(
  input: typeof createResellerServedCustomerInput.$inferInput,
  validation: Validation,
  { customers, customerLinks }: Services,
): Promise<{ creation: CustomerCreation; linkTo: string | null }> {
  const { name, person, resellerCustomer } = input;
  validation.required('name', name);
  validation.email('person.email', person.email);
  validation.atMost('resellerId', input.resellerId, MAX_ID);
  validation.end();
  const creation = { resellerId: customers.resellerId(input.resellerId), name, person };
  const linkTo =
    resellerCustomer && (await customerLinks.resellerIdOf(domainOrId(resellerCustomer)));
  return { creation, linkTo: linkTo ?? null };
}
