import { builder, type InputFields } from '../builder.ts';
import {
  planName,
  subscriptionStatus,
  suspensionReason,
} from '../subscription/subscription-parts.ts';

/** A condition that is not given. */
type Maybe<T> = T | null | undefined;

interface CommonConditions {
  search?: Maybe<string>;
  countryCode?: Maybe<string[]>;
  accountActive?: Maybe<boolean>;
  linked?: Maybe<boolean>;
  customer?: Maybe<string>;
  gone?: Maybe<boolean>;
}

interface Combined<Filter> {
  any?: Maybe<Filter[]>;
  all?: Maybe<Filter[]>;
  not?: Maybe<Filter>;
}

export interface CustomerFilterInput extends CommonConditions, Combined<CustomerFilterInput> {}

export interface SubscriptionFilterInput
  extends CommonConditions,
    Combined<SubscriptionFilterInput> {
  status?: Maybe<string[]>;
  suspensionReasons?: Maybe<string[]>;
  planName?: Maybe<string[]>;
  skuId?: Maybe<string[]>;
  productId?: Maybe<string[]>;
  renewsBefore?: Maybe<Date>;
  renewsAfter?: Maybe<Date>;
  trialEndsBefore?: Maybe<Date>;
  createdAfter?: Maybe<Date>;
  freeSeatsAtLeast?: Maybe<number>;
}

const combination =
  'Conditions of one filter are combined with AND. A condition on a value that is missing is false, and its `not` is true. At most 5 levels and 50 conditions.';

export const subscriptionFilter = builder
  .inputRef<SubscriptionFilterInput>('PortfolioSubscriptionFilter')
  .implement({
    description: `Selects subscriptions of the portfolio. ${combination}`,
    fields: (t) => ({
      ...commonFields(t, 'domain, organization, account name, SKU name or id, or customer id'),
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
      any: t.field({
        type: [subscriptionFilter],
        description: 'At least one of these filters matches; none does when the list is empty.',
      }),
      all: t.field({ type: [subscriptionFilter], description: 'All of these filters match.' }),
      not: t.field({ type: subscriptionFilter, description: 'This filter does not match.' }),
    }),
  });

export const customerFilter = builder
  .inputRef<CustomerFilterInput>('PortfolioCustomerFilter')
  .implement({
    description: `Selects customers of the portfolio. ${combination}`,
    fields: (t) => ({
      ...commonFields(t, 'domain, organization, account name, email of the administrator, or id'),
      any: t.field({
        type: [customerFilter],
        description: 'At least one of these filters matches; none does when the list is empty.',
      }),
      all: t.field({ type: [customerFilter], description: 'All of these filters match.' }),
      not: t.field({ type: customerFilter, description: 'This filter does not match.' }),
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
