import {
  type Catalog,
  type CatalogSku,
  productsBySku,
  skuOf,
} from '../../domain/catalog/catalog.ts';
import { GatewayError } from '../../domain/error.ts';
import type { SeatsInput } from '../../domain/order.ts';
import type { PlanDraft } from '../../domain/plan.ts';

/*
 * Rules that Google documents, as a dry run checks them. A refusal has the code and the field that
 * the API's own refusal has. What is not documented for every case is a warning.
 */

/** A refusal about the input. `field` is the API's name, which the schema maps to the input. */
export function invalid(field: string, description: string): GatewayError {
  return new GatewayError('BAD_USER_INPUT', `The reseller API would refuse this: ${description}.`, {
    ...{ service: 'reseller', nothingSent: true },
    violations: [{ field, description }],
  });
}

/** A refusal about the state of an object. */
export function precondition(message: string): GatewayError {
  return new GatewayError('FAILED_PRECONDITION', message, {
    ...{ service: 'reseller', nothingSent: true },
  });
}

export function notFound(message: string): GatewayError {
  return new GatewayError('NOT_FOUND', message, { service: 'reseller', nothingSent: true });
}

export function isAnnual(planName: string | null): boolean {
  return planName?.startsWith('ANNUAL') ?? false;
}

/** The name of a plan in the schema. */
export function planText(planName: string | null): string | null {
  return planName === 'ANNUAL' ? 'ANNUAL_MONTHLY_PAY' : planName;
}

/** The total of seats of a request; null when it has none. */
export function totalOf({ numberOfSeats, maximumNumberOfSeats }: SeatsInput): number | null {
  return numberOfSeats ?? maximumNumberOfSeats ?? null;
}

const knownPlans = new Set([
  ...['ANNUAL_MONTHLY_PAY', 'ANNUAL_YEARLY_PAY', 'FLEXIBLE', 'TRIAL', 'FREE', 'ANNUAL'],
]);

/** From here on, the contract with Google limits the seats. Google also raises the limit of FREE. */
const CONTRACT_SEATS = 50_000;

/** The API documents these for requests; `AUTO_RENEW` occurs in responses only. */
const renewalTypes = new Set([
  ...['AUTO_RENEW_YEARLY_PAY', 'AUTO_RENEW_MONTHLY_PAY', 'RENEW_CURRENT_USERS_YEARLY_PAY'],
  ...['RENEW_CURRENT_USERS_MONTHLY_PAY', 'RENEW_ON_PROPOSED_OFFER', 'SWITCH_TO_PAY_AS_YOU_GO'],
  'CANCEL',
]);

/** What an order or a change asks for. */
export interface Wanted {
  readonly skuId: string;
  readonly planName: string;
  readonly seats: number | null;
  /** Whether the seats count against the limit of a trial. */
  readonly isTrial: boolean;
}

/** The rules that depend on the SKU, by the catalog. */
export class SkuRules {
  readonly #catalog: Catalog;
  readonly productOf: (skuId: string) => string | null;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
    this.productOf = productsBySku(catalog);
  }

  /** Null for an SKU that the catalog does not have: nothing is known about it. */
  sku(skuId: string): CatalogSku | null {
    return skuOf(this.#catalog, skuId);
  }

  /** `Google Workspace Business Standard (1010020028)`. */
  nameOf(skuId: string): string {
    const sku = this.sku(skuId);
    return sku ? `${sku.name} (${skuId})` : `the SKU ${skuId}`;
  }

  /** @throws GatewayError BAD_USER_INPUT when the SKU is not sold with the plan */
  checkPlan({ skuId, planName }: Wanted, draft: PlanDraft, prefix = ''): void {
    const sku = this.sku(skuId);
    const unknown = `Google decides whether ${skuId} has this plan: the SKU is not in the catalog.`;
    draft.warnIf(!sku, 'VENDOR_DECIDES', unknown, `${prefix}skuId`);
    if (!knownPlans.has(planName)) {
      const message = `Google decides whether the plan ${planName} exists.`;
      draft.warn('VENDOR_DECIDES', message, `${prefix}plan.planName`);
      return;
    }
    if (!sku || sku.plans.some((name) => name === planText(planName))) return;
    const plans = sku.plans.join(', ');
    throw invalid(
      `${prefix}plan.planName`,
      `${planName} is not available for ${sku.name}; its plans are ${plans}`,
    );
  }

  /** @throws GatewayError BAD_USER_INPUT when the SKU does not allow so many seats */
  checkSeats({ skuId, planName, seats, isTrial }: Wanted, draft: PlanDraft, prefix = ''): void {
    const sku = this.sku(skuId);
    const limit = isTrial ? sku?.trial?.seats : sku?.maximumSeats;
    if (!sku || seats === null || limit == null || seats <= limit) return;
    const kind = isTrial ? `a trial of ${sku.name}` : sku.name;
    const field = `${prefix}${seatField(planName)}`;
    if (planName !== 'FREE' && limit < CONTRACT_SEATS) {
      throw invalid(field, `${kind} has at most ${limit} seats`);
    }
    const message = `Google decides whether more than ${limit} seats are possible for ${kind}.`;
    draft.warn('VENDOR_DECIDES', message, field);
  }

  /** Warns of a renewal type that the API does not document. */
  checkRenewal(renewalType: string, draft: PlanDraft, prefix = ''): void {
    draft.warnIf(
      !renewalTypes.has(renewalType),
      'VENDOR_DECIDES',
      `Google decides whether it accepts the renewal type ${renewalType}.`,
      `${prefix}renewalSettings.renewalType`,
    );
  }
}

export function seatField(planName: string | null): string {
  return isAnnual(planName) ? 'numberOfSeats' : 'maximumNumberOfSeats';
}
