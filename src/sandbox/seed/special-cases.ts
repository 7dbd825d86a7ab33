import { commitmentFrom, dayMs } from '../reseller/lifecycle.ts';
import type { CustomerRecord } from '../reseller/records.ts';
import type { NewCustomer, NewSubscription } from '../reseller/store.ts';
import {
  addCustomer,
  addSubscription,
  addTransferable,
  type Stage,
  suspended,
} from './builders.ts';
import { domainOf } from './names.ts';

const businessStarter = '1010020027';
const businessStandard = '1010020028';
const businessPlus = '1010020025';

/** Transfer tokens that customers of others made for us. */
export const transferTokens = {
  'fernweh-travel.example': 'a1b2c3d4e5f60718',
  'direct-bakery.example': '0f1e2d3c4b5a6978',
  'expired-token.example': 'deadbeefdeadbeef',
} as const;

function company(stage: Stage, name: string, special?: Partial<NewCustomer>): CustomerRecord {
  return addCustomer(stage, { name, domain: domainOf(name) }, special);
}

function one(
  stage: Stage,
  name: string,
  skuId: string,
  planName: string,
  special?: Partial<NewSubscription>,
): CustomerRecord {
  const customer = company(stage, name);
  addSubscription(stage, customer, skuId, planName, special);
  return customer;
}

/** One customer for every special case; its domain says which. */
export function addSpecialCases(stage: Stage): void {
  addPlans(stage);
  addTrials(stage);
  addSuspended(stage);
  addOddities(stage);
  addTransfers(stage);
}

function addPlans(stage: Stage): void {
  const twentySeats = {
    seats: { numberOfSeats: 20, maximumNumberOfSeats: undefined, licensedNumberOfSeats: 12 },
  };
  one(stage, 'Flexible', businessStandard, 'FLEXIBLE', {
    seats: { numberOfSeats: undefined, maximumNumberOfSeats: 25, licensedNumberOfSeats: 7 },
  });
  one(stage, 'Annual Monthly', businessStandard, 'ANNUAL_MONTHLY_PAY', twentySeats);
  one(stage, 'Annual Yearly', businessPlus, 'ANNUAL_YEARLY_PAY', twentySeats);
  one(stage, 'Offline Annual', businessPlus, 'ANNUAL_YEARLY_PAY', { billingMethod: 'OFFLINE' });
  one(stage, 'Free Identity', '1010010001', 'FREE');
  const archive = one(stage, 'Vault Archive', 'Google-Apps-For-Business', 'FLEXIBLE');
  addSubscription(stage, archive, 'Google-Vault', 'FLEXIBLE');
  const suite = one(stage, 'Several Products', businessStandard, 'ANNUAL_MONTHLY_PAY', twentySeats);
  addSubscription(stage, suite, '1010470001', 'FLEXIBLE');
  addSubscription(stage, suite, '1010380001', 'FLEXIBLE');
}

function addTrials(stage: Stage): void {
  const trial = { endTime: stage.now + 12 * dayMs, running: true };
  one(stage, 'Trial Running', businessStarter, 'TRIAL', { trial });
  one(stage, 'Trial Assigned', businessStarter, 'ANNUAL_MONTHLY_PAY', {
    ...{ trial, commitment: undefined },
  });
  one(stage, 'Trial Converted', businessStarter, 'FLEXIBLE', {
    trial: { endTime: stage.now - 90 * dayMs, running: false },
  });
}

function addSuspended(stage: Stage): void {
  const { now } = stage;
  const newcomer = company(stage, 'Terms Pending', {
    termsAcceptedAt: Number.POSITIVE_INFINITY,
    domainVerified: false,
  });
  addSubscription(
    ...([stage, newcomer, businessStarter, 'FLEXIBLE'] as const),
    suspended(stage, ['PENDING_TOS_ACCEPTANCE']),
  );
  one(stage, 'Trial Ended', businessStarter, 'TRIAL', {
    trial: { endTime: now - 5 * dayMs, running: false },
    ...suspended(stage, ['TRIAL_ENDED'], 5),
  });
  one(stage, 'Renewal Cancelled', businessStandard, 'ANNUAL_YEARLY_PAY', {
    commitment: commitmentFrom(now - 380 * dayMs),
    renewalType: 'CANCEL',
    ...suspended(stage, ['RENEWAL_WITH_TYPE_CANCEL'], 15),
  });
  one(stage, 'Paused By Reseller', businessStandard, 'FLEXIBLE', {
    ...suspended(stage, ['RESELLER_INITIATED']),
  });
  one(stage, 'Paused Past Its Year', businessStandard, 'ANNUAL_MONTHLY_PAY', {
    commitment: commitmentFrom(now - 370 * dayMs),
    ...suspended(stage, ['RESELLER_INITIATED'], 30),
  });
  one(stage, 'Suspended Other', businessStandard, 'FLEXIBLE', suspended(stage, ['OTHER']));
  one(stage, 'Two Reasons', businessStandard, 'FLEXIBLE', {
    ...suspended(stage, ['RESELLER_INITIATED', 'OTHER']),
  });
}

function addOddities(stage: Stage): void {
  one(stage, 'From The Future', '1019990001', 'ANNUAL_THREE_YEAR_PAY', {
    billingMethod: 'BARTER',
    unknownStatus: 'HIBERNATING',
    renewalType: 'RENEW_IN_KIND',
    commitment: { startTime: stage.now - 100 * dayMs, endTime: stage.now + 1000 * dayMs },
    ...suspended(stage, ['UNDER_REVIEW']),
  });
  const sparse = company(stage, 'Sparse', {
    ...{ alternateEmail: undefined, phoneNumber: undefined, postalAddress: undefined },
  });
  addSubscription(stage, sparse, businessStarter, 'FLEXIBLE', {
    lacks: ['kind', 'skuName', 'billingMethod', 'creationTime', 'plan', 'seats', 'resourceUiUrl'],
  });
  company(stage, 'Empty Shelf');
  one(stage, 'Legacy Sku', businessStandard, 'FLEXIBLE', {
    transferInfo: {
      expiresAt: stage.now + 25 * dayMs,
      minimumSeats: 5,
      legacySkuId: 'Google-Apps-Unlimited',
    },
  });
  // It was seewind-boats.example: that name is not found any more.
  one(stage, 'Seewind Yachting', businessStandard, 'FLEXIBLE');
  for (const team of ['design', 'film']) {
    const customer = company(stage, 'Shared Studio', {
      customerType: 'team',
      primaryEmail: `${team}@shared-studio.example`,
      domainVerified: false,
    });
    addSubscription(stage, customer, '1010060001', 'FLEXIBLE');
  }
  company(stage, 'Single Team', {
    customerType: 'team',
    primaryEmail: 'lead@single-team.example',
    domainVerified: false,
  });
}

function addTransfers(stage: Stage): void {
  const expiresAt = stage.now + 20 * dayMs;
  const tokens = transferTokens;
  const travel = company(stage, 'Fernweh Travel', {
    managedBy: 'anotherReseller',
    transferToken: { value: tokens['fernweh-travel.example'], expiresAt },
  });
  addTransferable(stage, travel, businessStandard, 'FLEXIBLE');
  addTransferable(stage, travel, '1010470001', 'FLEXIBLE');
  addTransferable(stage, travel, '1010380001', 'FLEXIBLE', suspended(stage, ['OTHER']));
  const bakery = company(stage, 'Direct Bakery', {
    managedBy: 'vendor',
    transferToken: { value: tokens['direct-bakery.example'], expiresAt },
  });
  addTransferable(stage, bakery, businessStandard, 'FLEXIBLE', {
    transferInfo: { expiresAt, minimumSeats: 8, legacySkuId: 'Google-Apps-Unlimited' },
  });
  const late = company(stage, 'Expired Token', {
    managedBy: 'anotherReseller',
    transferToken: {
      value: tokens['expired-token.example'],
      expiresAt: stage.now - dayMs,
    },
  });
  addTransferable(stage, late, businessStarter, 'FLEXIBLE');
}
