import { conditionNotMet, invalid, required } from './errors.ts';
import { isAnnual, type SeatRecord } from './records.ts';
import { findSku, type PlanName, type Sku } from './skus.ts';
import type { WireSeats } from './wire.ts';

const planNames: readonly string[] = [
  'ANNUAL_MONTHLY_PAY',
  'ANNUAL_YEARLY_PAY',
  'FLEXIBLE',
  'TRIAL',
  'FREE',
] satisfies readonly PlanName[];

/** The types allowed in requests; `AUTO_RENEW` occurs in responses only. */
const renewalTypes: readonly string[] = [
  'AUTO_RENEW_YEARLY_PAY',
  'AUTO_RENEW_MONTHLY_PAY',
  'RENEW_CURRENT_USERS_YEARLY_PAY',
  'RENEW_CURRENT_USERS_MONTHLY_PAY',
  'RENEW_ON_PROPOSED_OFFER',
  'SWITCH_TO_PAY_AS_YOU_GO',
  'CANCEL',
];

const maxSeats = 50_000;
const maxTrialSeats = 10;
const maxFreeSeats = 50;

function isPlanName(text: string): text is PlanName {
  return planNames.includes(text);
}

export function checkPlan(planName: string | undefined, location: string): PlanName {
  if (planName === undefined || planName === '') throw required(location);
  if (!isPlanName(planName)) throw invalid(`Invalid plan: ${planName}`, location);
  return planName;
}

export function checkSku(skuId: string | undefined): Sku {
  if (skuId === undefined || skuId === '') throw required('skuId');
  const sku = findSku(skuId);
  if (sku === undefined) throw invalid(`Invalid SKU: ${skuId}`, 'skuId');
  return sku;
}

export function checkSkuPlan(sku: Sku, planName: PlanName): void {
  if (!sku.plans.includes(planName)) {
    throw invalid(`The plan ${planName} is not available for ${sku.skuName}`, 'plan.planName');
  }
}

export function checkRenewalType(renewalType: string | undefined): string {
  if (renewalType === undefined || renewalType === '') throw required('renewalType');
  if (!renewalTypes.includes(renewalType)) {
    throw invalid(`Invalid renewal type: ${renewalType}`, 'renewalType');
  }
  return renewalType;
}

/** The renewal type of an annual order that has none. */
export function defaultRenewalType(planName: string): string {
  return planName === 'ANNUAL_YEARLY_PAY'
    ? 'RENEW_CURRENT_USERS_YEARLY_PAY'
    : 'RENEW_CURRENT_USERS_MONTHLY_PAY';
}

export function checkTextLength(name: string, text: string | undefined, max: number): void {
  if (text !== undefined && [...text].length > max) {
    throw invalid(`${name} is longer than ${max} characters`, name);
  }
}

function upperBound(planName: string): number {
  if (planName === 'TRIAL') return maxTrialSeats;
  return planName === 'FREE' ? maxFreeSeats : maxSeats;
}

/**
 * Validates the seats of a request, which must be in the field that the plan uses. Zero counts as
 * unset, because some clients send zeros for unset numbers.
 */
export function checkSeats(
  planName: string,
  seats: WireSeats | undefined,
  licensedNumberOfSeats = 0,
): SeatRecord {
  if (seats === undefined) throw required('seats');
  const annual = isAnnual(planName);
  const field = annual ? 'numberOfSeats' : 'maximumNumberOfSeats';
  const other = annual ? 'maximumNumberOfSeats' : 'numberOfSeats';
  if (seats[other]) throw invalid(`${other} does not apply to the plan ${planName}`, other);
  const claimed = seats.licensedNumberOfSeats;
  if (claimed !== undefined && claimed !== licensedNumberOfSeats) {
    throw invalid('licensedNumberOfSeats is read-only', 'licensedNumberOfSeats');
  }
  const value = seats[field];
  if (!value) throw required(`seats.${field}`);
  const bound = upperBound(planName);
  if (value < 1 || value > bound) {
    throw invalid(`${field} must be between 1 and ${bound} for the plan ${planName}`, field);
  }
  if (!annual && value < licensedNumberOfSeats) {
    throw invalid(`${field} is below the ${licensedNumberOfSeats} licensed users`, field);
  }
  return {
    numberOfSeats: annual ? value : undefined,
    maximumNumberOfSeats: annual ? undefined : value,
    licensedNumberOfSeats,
  };
}

export function checkTeam(customerType: string, sku: Sku): void {
  if (customerType === 'team' && !sku.forTeams) {
    throw conditionNotMet('Customer is not eligible to purchase this subscription');
  }
}
