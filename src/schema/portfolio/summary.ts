import type { FieldMap } from '@pothos/core';
import type { PortfolioSummary, SummaryGroup } from '../../domain/portfolio.ts';
import type { ObjectFields } from '../builder.ts';
import { expose, exposeAs, objectType } from '../fields.ts';
import { UNRECOGNIZED } from '../open-enum.ts';
import {
  planName,
  subscriptionStatus,
  suspensionReason,
} from '../subscription/subscription-parts.ts';

interface Count {
  /** Null for a missing value. */
  readonly value: string | null;
  readonly count: number;
}

/** The counts by one property, the highest first. A subscription with several values counts in each. */
function countsBy(
  groups: readonly SummaryGroup[],
  valuesOf: (group: SummaryGroup) => readonly (string | null)[],
): readonly Count[] {
  const counts = new Map<string | null, number>();
  for (const group of groups) {
    for (const value of new Set(valuesOf(group))) {
      counts.set(value, (counts.get(value) ?? 0) + group.count);
    }
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || ((a.value ?? '') < (b.value ?? '') ? -1 : 1));
}

/** Defines the type of a count by one property, which `field` defines. */
function countType(name: string, counted: string, field: (t: ObjectFields<Count>) => FieldMap) {
  return objectType<Count>(name, `The number of subscriptions ${counted}.`, (t) => ({
    ...field(t),
    ...expose(t, { 'Int!': { count: 'Number of subscriptions.' } }),
  }));
}

const statusCount = countType('PortfolioStatusCount', 'with one status', (t) => ({
  status: t.field({
    type: subscriptionStatus.ref,
    nullable: false,
    description: 'Status of the subscriptions.',
    resolve: ({ value }) => value ?? UNRECOGNIZED,
  }),
}));

const planCount = countType('PortfolioPlanCount', 'with one plan', (t) => ({
  planName: t.field({
    type: planName.ref,
    description: 'Plan of the subscriptions; null for those without one.',
    resolve: ({ value }) => value,
  }),
}));

const skuCount = countType('PortfolioSkuCount', 'to one SKU', (t) => ({
  skuId: t.string({
    nullable: false,
    description: 'SKU id of the subscriptions.',
    resolve: ({ value }) => value ?? '',
  }),
}));

const reasonCount = countType(
  'PortfolioSuspensionReasonCount',
  'that are suspended for one reason',
  (t) => ({
    suspensionReason: t.field({
      type: suspensionReason.ref,
      nullable: false,
      description: 'Reason of the suspensions.',
      resolve: ({ value }) => value ?? UNRECOGNIZED,
    }),
  }),
);

const seatsText = 'A whole number; its type is Float because it can exceed 2,147,483,647.';

export const portfolioSummary = objectType<PortfolioSummary>(
  'PortfolioSummary',
  'Counts and seats of all subscriptions that match the filter.',
  (t) => ({
    ...expose(t, { 'Int!': { count: 'Number of subscriptions.' } }),
    ...exposeAs(t, 'Float', {
      seats: `Seats of the subscriptions. ${seatsText}`,
      licensedSeats: `Users that have a license. ${seatsText}`,
      freeSeats: `Seats without a user. ${seatsText}`,
    }),
    byStatus: t.field({
      type: [statusCount],
      nullable: false,
      description: 'Number of subscriptions by status, the highest first.',
      resolve: ({ groups }) =>
        countsBy(groups, ({ status }) => [subscriptionStatus.parse(status ?? UNRECOGNIZED)]),
    }),
    byPlan: t.field({
      type: [planCount],
      nullable: false,
      description: 'Number of subscriptions by plan, the highest first.',
      resolve: ({ groups }) =>
        countsBy(groups, (group) => [
          group.planName === null ? null : planName.parse(group.planName),
        ]),
    }),
    bySku: t.field({
      type: [skuCount],
      nullable: false,
      description: 'Number of subscriptions by SKU, the highest first.',
      resolve: ({ groups }) => countsBy(groups, ({ skuId }) => [skuId]),
    }),
    bySuspensionReason: t.field({
      type: [reasonCount],
      nullable: false,
      description:
        'Number of subscriptions by suspension reason, the highest first. One with several reasons counts in each.',
      resolve: ({ groups }) =>
        countsBy(groups, ({ suspensionReasons }) => suspensionReasons.map(suspensionReason.parse)),
    }),
  }),
);
