import type { PortfolioCustomer, PortfolioSubscription } from '../../domain/portfolio.ts';
import {
  planName as planNames,
  renewalType as renewalTypes,
  subscriptionStatus,
  suspensionReason,
} from '../../schema/subscription/subscription-parts.ts';
import type { Cell } from './csv.ts';

/**
 * The columns of an export, by the names of the fields of the API. Values of vendor enums are those of
 * the API, which the filters take; one that the API does not know is the vendor's string.
 */
export type Columns<Row> = Readonly<Record<string, (row: Row) => Cell>>;

export const subscriptionColumns: Columns<PortfolioSubscription> = {
  customerId: ({ customerId }) => customerId,
  customerDomain: ({ customerDomain }) => customerDomain,
  organizationName: ({ organizationName }) => organizationName,
  countryCode: ({ countryCode }) => countryCode,
  accountName: ({ accountName }) => accountName,
  accountActive: ({ accountActive }) => accountActive,
  linked: ({ linked }) => linked,
  productId: ({ productId }) => productId,
  skuId: ({ skuId }) => skuId,
  skuName: ({ skuName }) => skuName,
  subscriptionId: ({ subscriptionId }) => subscriptionId,
  status: ({ status }) => known(status, subscriptionStatus),
  suspensionReasons: ({ suspensionReasons }) => suspensionReasons.map(suspensionReason.textOf),
  planName: ({ planName }) => known(planName, planNames),
  renewalType: ({ renewalType }) => known(renewalType, renewalTypes),
  renewsAt: ({ renewsAt }) => renewsAt,
  trialEndsAt: ({ trialEndsAt }) => trialEndsAt,
  createdAt: ({ createdAt }) => createdAt,
  seats: ({ seats }) => seats,
  licensedSeats: ({ licensedSeats }) => licensedSeats,
  freeSeats: ({ freeSeats }) => freeSeats,
  gone: ({ gone }) => gone,
  observedAt: ({ observedAt }) => observedAt,
};

function known(
  raw: string | null,
  { textOf }: { readonly textOf: (raw: string) => string },
): string | null {
  return raw === null ? null : textOf(raw);
}

export const customerColumns: Columns<PortfolioCustomer> = {
  resellerId: ({ billing }) => billing?.resellerId ?? null,
  billingCustomerId: ({ billing }) => billing?.customerId ?? null,
  resellerCustomerId: ({ resellerCustomerId }) => resellerCustomerId,
  linked: ({ billing, resellerCustomerId }) => billing !== null && resellerCustomerId !== null,
  customerDomain: ({ customerDomain }) => customerDomain,
  organizationName: ({ organizationName }) => organizationName,
  countryCode: ({ countryCode }) => countryCode,
  accountName: ({ accountName }) => accountName,
  accountActive: ({ accountActive }) => accountActive,
  currency: ({ currency }) => currency,
  subscriptionCount: ({ subscriptionCount }) => subscriptionCount,
  seats: ({ seats }) => seats,
  licensedSeats: ({ licensedSeats }) => licensedSeats,
  gone: ({ gone }) => gone,
  observedAt: ({ observedAt }) => observedAt,
};
