import { catalogPlans } from '../../domain/catalog/catalog.ts';
import { conditionNotMet, invalid, required } from './errors.ts';
import { type CustomerRecord, isAnnual, type SeatRecord } from './records.ts';
import { findSku, type PlanName, type Sku } from './skus.ts';
import type { WireSeats } from './wire.ts';

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

/** The vendor's bound for all SKUs. */
const maxSeats = 50_000;

function isPlanName(text: string): text is PlanName {
  return catalogPlans.some((name) => name === text);
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
    throw invalid(`The plan ${planName} is not available for ${sku.name}`, 'plan.planName');
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

/** What limits the seats of a subscription. */
export interface SeatRules {
  /** Undefined for an SKU that the catalog does not have. */
  readonly sku: Sku | undefined;
  readonly planName: string;
  /** Seats in use, which the seats cannot fall below. */
  readonly licensedNumberOfSeats?: number;
  /** Whether a trial runs, which has fewer seats than the plan that was assigned to it. */
  readonly inTrial?: boolean;
}

function upperBound({ sku, planName, inTrial }: SeatRules): number {
  const isTrial = planName === 'TRIAL' || inTrial === true;
  return (isTrial ? sku?.trial?.seats : sku?.maximumSeats) ?? maxSeats;
}

/**
 * Validates the seats of a request. The field that the plan does not use is ignored, but not accepted
 * instead of the other. Zero counts as unset, because some clients send zeros for unset numbers.
 */
export function checkSeats(seats: WireSeats | undefined, rules: SeatRules): SeatRecord {
  if (seats === undefined) throw required('seats');
  const { planName, licensedNumberOfSeats = 0 } = rules;
  const annual = isAnnual(planName);
  const field = annual ? 'numberOfSeats' : 'maximumNumberOfSeats';
  const other = annual ? 'maximumNumberOfSeats' : 'numberOfSeats';
  const claimed = seats.licensedNumberOfSeats;
  if (claimed !== undefined && claimed !== licensedNumberOfSeats) {
    throw invalid('licensedNumberOfSeats is read-only', 'licensedNumberOfSeats');
  }
  const value = seats[field];
  if (!value && seats[other]) {
    throw invalid(`${other} does not apply to the plan ${planName}`, other);
  }
  if (!value) throw required(`seats.${field}`);
  const bound = upperBound(rules);
  if (value < 1 || value > bound) {
    throw invalid(`${field} must be between 1 and ${bound} for the plan ${planName}`, field);
  }
  if (value < licensedNumberOfSeats) {
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

/** A customer can have one trial, of whatever SKU. */
export function checkTrial({ hadTrial }: CustomerRecord, planName: PlanName): void {
  if (planName === 'TRIAL' && hadTrial) {
    throw conditionNotMet('The customer has already had a trial');
  }
}
