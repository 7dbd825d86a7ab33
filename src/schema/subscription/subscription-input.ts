import type { InputShapeFromFields } from '@pothos/core';
import type { InputFields } from '../builder.ts';
import type { FieldNames } from '../input-paths.ts';
import { UNRECOGNIZED } from '../open-enum.ts';
import type { Validation } from '../validation.ts';
import { planName, renewalType } from './subscription-parts.ts';

const MAX_PURCHASE_ORDER_ID = 80;
const MAX_DEAL_CODE = 100;

/** Backend fields whose names differ from the input's. */
export const subscriptionFieldNames: FieldNames = {
  customerId: 'customer',
  plan: 'planName',
  'plan.planName': 'planName',
  renewalSettings: 'renewalType',
  'renewalSettings.renewalType': 'renewalType',
  numberOfSeats: 'seats',
  maximumNumberOfSeats: 'seats',
  'seats.numberOfSeats': 'seats',
  'seats.maximumNumberOfSeats': 'seats',
};

/** As `subscriptionFieldNames`, for an input that names an existing subscription. */
export const changeFieldNames: FieldNames = {
  ...subscriptionFieldNames,
  customerId: 'subscription',
  subscriptionId: 'subscription',
  skuId: 'subscription',
};

type PlanNameInput = InputShapeFromFields<ReturnType<typeof planFields>>;
type RenewalTypeInput = InputShapeFromFields<ReturnType<typeof renewalFields>>;

interface OrderReferences {
  readonly purchaseOrderId?: string | null | undefined;
  readonly dealCode?: string | null | undefined;
}

function rawDescription(field: string): string {
  return `A value for \`${field}\` that the enum does not list, sent unchanged to the reseller API.`;
}

/** The field `seats`, with an optional second sentence. */
export function seatsField(t: InputFields, more = '') {
  const description = `Total number of seats, at least 1; not a difference.${more}`;
  return { seats: t.int({ required: true, description }) };
}

/** The fields of `planNameOf`. */
export function planFields(t: InputFields) {
  return {
    planName: t.field({
      type: planName.ref,
      description: 'Payment plan. Set either this or `planNameRaw`.',
    }),
    planNameRaw: t.string({ description: rawDescription('planName') }),
  };
}

/** The fields of `renewalTypeOf`. */
export function renewalFields(t: InputFields, description: string) {
  return {
    renewalType: t.field({ type: renewalType.ref, description }),
    renewalTypeRaw: t.string({ description: rawDescription('renewalType') }),
  };
}

export function purchaseOrderIdField(t: InputFields) {
  const description = `The reseller's own reference, printed on the invoice; up to ${MAX_PURCHASE_ORDER_ID} characters.`;
  return { purchaseOrderId: t.string({ description }) };
}

export function dealCodeField(t: InputFields, more = '') {
  const description = `Google's code for a discounted price, up to ${MAX_DEAL_CODE} characters.${more}`;
  return { dealCode: t.string({ description }) };
}

/** The value of an open enum's input: the enum value or the raw string; null without either. */
function openEnumValue(
  validation: Validation,
  field: string,
  value: string | null | undefined,
  raw: string | null | undefined,
): string | null {
  validation.check(field, value == null || raw == null, `and ${field}Raw must not both be set`);
  validation.check(field, value !== UNRECOGNIZED, `must not be UNRECOGNIZED; set ${field}Raw`);
  if (value == null && raw != null) validation.required(`${field}Raw`, raw);
  return value ?? raw ?? null;
}

/** Requires exactly one of `planName` and `planNameRaw`. */
export function planNameOf(validation: Validation, input: PlanNameInput): string {
  const value = openEnumValue(validation, 'planName', input.planName, input.planNameRaw);
  validation.check('planName', value !== null, 'is required');
  return value ?? '';
}

/** Allows at most one of `renewalType` and `renewalTypeRaw`. */
export function renewalTypeOf(validation: Validation, input: RenewalTypeInput): string | undefined {
  const { renewalType: value, renewalTypeRaw: raw } = input;
  return openEnumValue(validation, 'renewalType', value, raw) ?? undefined;
}

/** Upper bounds depend on the SKU and the contract, so that the reseller API checks them. */
export function checkSeats(validation: Validation, seats: number): void {
  validation.check('seats', seats > 0, 'must be at least 1');
}

export function checkOrderReferences(validation: Validation, input: OrderReferences): void {
  validation.maxLength('purchaseOrderId', input.purchaseOrderId, MAX_PURCHASE_ORDER_ID);
  validation.maxLength('dealCode', input.dealCode, MAX_DEAL_CODE);
}
