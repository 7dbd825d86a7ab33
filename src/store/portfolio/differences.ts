import type { ChangeSource } from '../../domain/portfolio.ts';
import { reasonsOf, type SubscriptionRow } from './rows.ts';

export interface Difference {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface Cause {
  readonly source: ChangeSource;
  readonly writeId: string | null;
}

type Column = keyof SubscriptionRow;
type Show = (value: string | number | null) => string | null;

const text: Show = (value) => (value === null ? null : String(value));
const time: Show = (value) => (value === null ? null : new Date(Number(value)).toISOString());
const flag: Show = (value) => (value === null ? null : String(value === 1));
const reasons: Show = (value) =>
  value === null ? null : reasonsOf(String(value)).toSorted().join(',');

/** The history records these columns, under the names of the fields of `PortfolioSubscription`. */
const recorded: readonly (readonly [Column, string, Show])[] = [
  ['gone', 'gone', flag],
  ['status', 'status', text],
  ['suspension_reasons', 'suspensionReasons', reasons],
  ['plan_name', 'planName', text],
  ['renewal_type', 'renewalType', text],
  ['renews_at', 'renewsAt', time],
  ['trial_ends_at', 'trialEndsAt', time],
  ['created_at', 'createdAt', time],
  ['seats', 'seats', text],
  ['licensed_seats', 'licensedSeats', text],
  ['free_seats', 'freeSeats', text],
  ['customer_domain', 'customerDomain', text],
  ['organization_name', 'organizationName', text],
  ['sku_name', 'skuName', text],
  ['product_id', 'productId', text],
  ['account_active', 'accountActive', flag],
  ['country_code', 'countryCode', text],
  ['linked', 'linked', flag],
];

/** What changed for a client; only `gone` for a row that is new. */
export function differences(before: SubscriptionRow | null, after: SubscriptionRow): Difference[] {
  if (!before) return [{ field: 'gone', before: null, after: String(after.gone === 1) }];
  return recorded.flatMap(([column, field, show]) => {
    const [old, now] = [show(before[column]), show(after[column])];
    if (old === now || (old === null && details.has(field))) return [];
    return [{ field, before: old, after: now }];
  });
}

/** Read after the subscription itself: their first value is no change. */
const details: ReadonlySet<string> = new Set(['organizationName', 'accountActive', 'countryCode']);

/** Whether any column but the time of the observation differs. Creates nothing: most rows are equal. */
export function isChanged<Row extends { readonly observed_at: number }>(
  before: Row,
  after: Row,
): boolean {
  for (const column in after) {
    if (column !== 'observed_at' && before[column] !== after[column]) return true;
  }
  return false;
}

/** The columns that differ, to be updated. */
export function changedColumns<Row extends object>(before: Row, after: Row): Partial<Row> {
  const changed: Partial<Row> = {};
  for (const column in after) {
    if (before[column] !== after[column]) changed[column] = after[column];
  }
  return changed;
}
