import { commitmentFrom, dayMs } from '../reseller/lifecycle.ts';
import type { CustomerRecord } from '../reseller/records.ts';
import type { NewCustomer, NewSubscription } from '../reseller/store.ts';
import {
  addCustomer,
  addSubscription,
  addTransferable,
  type SeedContext,
  suspended,
} from './builders.ts';
import { domainOf } from './names.ts';

const businessStarter = '1010020027';
const businessStandard = '1010020028';
const businessPlus = '1010020025';

/** Transfer tokens of customers that are managed by others. */
export const transferTokens = {
  'fernweh-travel.example': 'a1b2c3d4e5f60718',
  'direct-bakery.example': '0f1e2d3c4b5a6978',
  'expired-token.example': 'deadbeefdeadbeef',
} as const;

function company(
  context: SeedContext,
  name: string,
  special?: Partial<NewCustomer>,
): CustomerRecord {
  return addCustomer(context, { name, domain: domainOf(name) }, special);
}

function addWithSubscription(
  context: SeedContext,
  name: string,
  skuId: string,
  planName: string,
  special?: Partial<NewSubscription>,
): CustomerRecord {
  const customer = company(context, name);
  addSubscription(context, customer, skuId, planName, special);
  return customer;
}

/** Adds one customer for each special case, named after the case. */
export function addSpecialCases(context: SeedContext): void {
  addPlans(context);
  addTrials(context);
  addSuspended(context);
  addOddities(context);
  addTransfers(context);
}

function addPlans(context: SeedContext): void {
  const twentySeats = {
    seats: { numberOfSeats: 20, maximumNumberOfSeats: undefined, licensedNumberOfSeats: 12 },
  };
  addWithSubscription(context, 'Flexible', businessStandard, 'FLEXIBLE', {
    seats: { numberOfSeats: undefined, maximumNumberOfSeats: 25, licensedNumberOfSeats: 7 },
  });
  addWithSubscription(
    context,
    'Annual Monthly',
    businessStandard,
    'ANNUAL_MONTHLY_PAY',
    twentySeats,
  );
  addWithSubscription(context, 'Annual Yearly', businessPlus, 'ANNUAL_YEARLY_PAY', twentySeats);
  addWithSubscription(context, 'Offline Annual', businessPlus, 'ANNUAL_YEARLY_PAY', {
    billingMethod: 'OFFLINE',
  });
  addWithSubscription(context, 'Free Identity', '1010010001', 'FREE');
  const archive = addWithSubscription(
    context,
    'Vault Archive',
    'Google-Apps-For-Business',
    'FLEXIBLE',
  );
  addSubscription(context, archive, 'Google-Vault', 'FLEXIBLE');
  const suite = addWithSubscription(
    context,
    'Several Products',
    businessStandard,
    'ANNUAL_MONTHLY_PAY',
    twentySeats,
  );
  addSubscription(context, suite, '1010470001', 'FLEXIBLE');
  addSubscription(context, suite, '1010380001', 'FLEXIBLE');
}

function addTrials(context: SeedContext): void {
  const trial = { endTime: context.now + 12 * dayMs, running: true };
  addWithSubscription(context, 'Trial Running', businessStarter, 'TRIAL', { trial });
  addWithSubscription(context, 'Trial Assigned', businessStarter, 'ANNUAL_MONTHLY_PAY', {
    ...{ trial, commitment: undefined },
    seats: { numberOfSeats: 8, maximumNumberOfSeats: undefined, licensedNumberOfSeats: 5 },
  });
  addWithSubscription(context, 'Trial Converted', businessStarter, 'FLEXIBLE', {
    trial: { endTime: context.now - 90 * dayMs, running: false },
  });
}

function addSuspended(context: SeedContext): void {
  const { now } = context;
  const newcomer = company(context, 'Terms Pending', {
    termsAcceptedAt: Number.POSITIVE_INFINITY,
    domainVerified: false,
  });
  addSubscription(
    ...([context, newcomer, businessStarter, 'FLEXIBLE'] as const),
    suspended(context, ['PENDING_TOS_ACCEPTANCE']),
  );
  addWithSubscription(context, 'Trial Ended', businessStarter, 'TRIAL', {
    trial: { endTime: now - 5 * dayMs, running: false },
    ...suspended(context, ['TRIAL_ENDED'], 5),
  });
  addWithSubscription(context, 'Renewal Cancelled', businessStandard, 'ANNUAL_YEARLY_PAY', {
    commitment: commitmentFrom(now - 380 * dayMs),
    renewalType: 'CANCEL',
    ...suspended(context, ['RENEWAL_WITH_TYPE_CANCEL'], 15),
  });
  addWithSubscription(context, 'Paused By Reseller', businessStandard, 'FLEXIBLE', {
    ...suspended(context, ['RESELLER_INITIATED']),
  });
  addWithSubscription(context, 'Paused Past Its Year', businessStandard, 'ANNUAL_MONTHLY_PAY', {
    commitment: commitmentFrom(now - 370 * dayMs),
    ...suspended(context, ['RESELLER_INITIATED'], 30),
  });
  addWithSubscription(
    context,
    'Suspended Other',
    businessStandard,
    'FLEXIBLE',
    suspended(context, ['OTHER']),
  );
  addWithSubscription(context, 'Two Reasons', businessStandard, 'FLEXIBLE', {
    ...suspended(context, ['RESELLER_INITIATED', 'OTHER']),
  });
}

function addOddities(context: SeedContext): void {
  addWithSubscription(context, 'From The Future', '1019990001', 'ANNUAL_THREE_YEAR_PAY', {
    billingMethod: 'BARTER',
    unknownStatus: 'HIBERNATING',
    renewalType: 'RENEW_IN_KIND',
    commitment: { startTime: context.now - 100 * dayMs, endTime: context.now + 1000 * dayMs },
    ...suspended(context, ['UNDER_REVIEW']),
  });
  const sparse = company(context, 'Sparse', {
    ...{ alternateEmail: undefined, phoneNumber: undefined, postalAddress: undefined },
  });
  addSubscription(context, sparse, businessStarter, 'FLEXIBLE', {
    omittedFields: [
      'kind',
      'skuName',
      'billingMethod',
      'creationTime',
      'plan',
      'seats',
      'resourceUiUrl',
    ],
  });
  company(context, 'Empty Shelf');
  addWithSubscription(context, 'Legacy Sku', businessStandard, 'FLEXIBLE', {
    transferInfo: {
      expiresAt: context.now + 25 * dayMs,
      minimumSeats: 5,
      legacySkuId: 'Google-Apps-Unlimited',
    },
  });
  // Renamed from seewind-boats.example, which is no longer found.
  addWithSubscription(context, 'Seewind Yachting', businessStandard, 'FLEXIBLE');
  for (const team of ['design', 'film']) {
    const customer = company(context, 'Shared Studio', {
      customerType: 'team',
      primaryEmail: `${team}@shared-studio.example`,
      domainVerified: false,
    });
    addSubscription(context, customer, '1010060001', 'FLEXIBLE');
  }
  company(context, 'Single Team', {
    customerType: 'team',
    primaryEmail: 'lead@single-team.example',
    domainVerified: false,
  });
}

function addTransfers(context: SeedContext): void {
  const expiresAt = context.now + 20 * dayMs;
  const tokens = transferTokens;
  const travel = company(context, 'Fernweh Travel', {
    managedBy: 'anotherReseller',
    transferToken: { value: tokens['fernweh-travel.example'], expiresAt },
  });
  addTransferable(context, travel, businessStandard, 'FLEXIBLE');
  addTransferable(context, travel, '1010470001', 'FLEXIBLE');
  addTransferable(context, travel, '1010380001', 'FLEXIBLE', suspended(context, ['OTHER']));
  const bakery = company(context, 'Direct Bakery', {
    managedBy: 'vendor',
    transferToken: { value: tokens['direct-bakery.example'], expiresAt },
  });
  addTransferable(context, bakery, businessStandard, 'FLEXIBLE', {
    transferInfo: { expiresAt, minimumSeats: 8, legacySkuId: 'Google-Apps-Unlimited' },
  });
  const late = company(context, 'Expired Token', {
    managedBy: 'anotherReseller',
    transferToken: {
      value: tokens['expired-token.example'],
      expiresAt: context.now - dayMs,
    },
  });
  addTransferable(context, late, businessStarter, 'FLEXIBLE');
}
