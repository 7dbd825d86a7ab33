import type { FieldNames } from '../mutation.ts';
import { UNRECOGNIZED } from '../open-enum.ts';
import type { Validation } from '../validation.ts';

/** Documented bounds; the upper one of paid plans is the contract's and the vendor's to judge. */
const MAX_SEATS: Readonly<Record<string, number>> = { TRIAL: 10, FREE: 50 };

const MAX_PURCHASE_ORDER_ID = 80;
const MAX_DEAL_CODE = 100;

export const rawDescription = "The vendor's own word, for one that is new to the gateway.";
export const seatsDescription =
  'Seats as a total; the gateway puts them where the plan counts them.';

/** Where the backend's own names are not those of the inputs. */
export const subscriptionFieldNames: FieldNames = {
  customerId: 'customer',
  'plan.planName': 'planName',
  'renewalSettings.renewalType': 'renewalType',
  numberOfSeats: 'seats',
  maximumNumberOfSeats: 'seats',
  'seats.numberOfSeats': 'seats',
  'seats.maximumNumberOfSeats': 'seats',
};

interface WordInput {
  readonly word: string | null | undefined;
  readonly raw: string | null | undefined;
}

/** A word of the vendor's: one that the gateway knows, or a new one as it is. */
function vendorWord(validation: Validation, path: string, { word, raw }: WordInput): string | null {
  validation.check(path, word == null || raw == null, `and ${path}Raw are two words for one thing`);
  validation.check(path, word !== UNRECOGNIZED, `cannot be ordered: give ${path}Raw`);
  return word ?? raw ?? null;
}

/** Exactly one of `planName` and `planNameRaw`. */
export function planNameOf(
  validation: Validation,
  input: {
    readonly planName?: string | null | undefined;
    readonly planNameRaw?: string | null | undefined;
  },
): string {
  const word = vendorWord(validation, 'planName', { word: input.planName, raw: input.planNameRaw });
  validation.required('planName', word);
  return word ?? '';
}

/** At most one of `renewalType` and `renewalTypeRaw`. */
export function renewalTypeOf(
  validation: Validation,
  input: {
    readonly renewalType?: string | null | undefined;
    readonly renewalTypeRaw?: string | null | undefined;
  },
): string | undefined {
  const { renewalType: word, renewalTypeRaw: raw } = input;
  return vendorWord(validation, 'renewalType', { word, raw }) ?? undefined;
}

/** Seats are a total; two plans have a documented bound. */
export function checkSeats(validation: Validation, seats: number, plan: string | null): void {
  validation.check('seats', seats > 0, 'must be at least 1');
  const most = MAX_SEATS[plan ?? ''];
  if (most !== undefined) {
    validation.check('seats', seats <= most, `is more than the ${most} that ${plan} has at most`);
  }
}

/** References that an order or a change of plan may carry. */
export function checkOrderReferences(
  validation: Validation,
  input: {
    readonly purchaseOrderId?: string | null | undefined;
    readonly dealCode?: string | null | undefined;
  },
): void {
  validation.atMost('purchaseOrderId', input.purchaseOrderId, MAX_PURCHASE_ORDER_ID);
  validation.atMost('dealCode', input.dealCode, MAX_DEAL_CODE);
}
