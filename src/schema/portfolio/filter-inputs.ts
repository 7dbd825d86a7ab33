import type { InputRef, InputShapeFromFields } from '@pothos/core';
import { builder, type InputFields } from '../builder.ts';
import {
  planName,
  subscriptionStatus,
  suspensionReason,
} from '../subscription/subscription-parts.ts';

type CommonConditions = InputShapeFromFields<ReturnType<typeof commonFields>>;
type SubscriptionConditions = InputShapeFromFields<ReturnType<typeof subscriptionFields>>;

interface Combined<Filter> {
  any?: Filter[] | null | undefined;
  all?: Filter[] | null | undefined;
  not?: Filter | null | undefined;
}

export interface CustomerFilterInput extends CommonConditions, Combined<CustomerFilterInput> {}

export interface SubscriptionFilterInput
  extends CommonConditions,
    SubscriptionConditions,
    Combined<SubscriptionFilterInput> {}

const combination =
  'Conditions of one filter are combined with AND. A condition on a value that is missing is false, and its `not` is true. At most 5 levels and 50 conditions.';

export const subscriptionFilter = builder
  .inputRef<SubscriptionFilterInput>('PortfolioSubscriptionFilter')
  .implement({
    description: `Selects subscriptions of the portfolio. ${combination}`,
    fields: (t) => ({
      ...commonFields(t, 'domain, organization, account name, SKU name or id, or customer id'),
      ...subscriptionFields(t),
      ...combinedFields(t, subscriptionFilter),
    }),
  });

export const customerFilter = builder
  .inputRef<CustomerFilterInput>('PortfolioCustomerFilter')
  .implement({
    description: `Selects customers of the portfolio. ${combination}`,
    fields: (t) => ({
      ...commonFields(t, 'domain, organization, account name, email of the administrator, or id'),
      ...combinedFields(t, customerFilter),
    }),
  });

function commonFields(t: InputFields, searched: string) {
  return {
    search: t.string({
      description: `Every word is a part of the ${searched}, without regard to case and diacritics.`,
    }),
    countryCode: t.stringList({ description: 'Any of these ISO 3166 two-letter country codes.' }),
    accountActive: t.boolean({
      description: 'Whether the account of the linked billing customer is active.',
    }),
    linked: t.boolean({ description: 'Whether the customer is linked to the other API.' }),
    customer: t.id({ description: 'Global id of a customer.' }),
    gone: t.boolean({
      description:
        'Whether the vendor no longer has the object. Rows that are gone are returned only with `gone: true`.',
    }),
  };
}

function subscriptionFields(t: InputFields) {
  return {
    status: t.field({
      type: [subscriptionStatus.ref],
      description: 'Any of these statuses. UNRECOGNIZED selects statuses that are not listed.',
    }),
    suspensionReasons: t.field({
      type: [suspensionReason.ref],
      description: 'Suspended for any of these reasons.',
    }),
    planName: t.field({ type: [planName.ref], description: 'Any of these plans.' }),
    skuId: t.stringList({ description: 'Any of these SKU ids.' }),
    productId: t.stringList({ description: 'Any SKU of these products.' }),
    renewsBefore: t.field({
      type: 'DateTime',
      description: 'The annual commitment ends before this time.',
    }),
    renewsAfter: t.field({
      type: 'DateTime',
      description: 'The annual commitment ends after this time.',
    }),
    trialEndsBefore: t.field({
      type: 'DateTime',
      description: 'The current trial ends before this time.',
    }),
    createdAfter: t.field({
      type: 'DateTime',
      description: 'The subscription was created after this time.',
    }),
    freeSeatsAtLeast: t.int({
      description: 'At least this many seats have no user.',
    }),
  };
}

function combinedFields<Filter>(t: InputFields, filter: InputRef<Filter>) {
  return {
    any: t.field({
      type: [filter],
      description: 'At least one of these filters matches; none does when the list is empty.',
    }),
    all: t.field({ type: [filter], description: 'All of these filters match.' }),
    not: t.field({ type: filter, description: 'This filter does not match.' }),
  };
}
