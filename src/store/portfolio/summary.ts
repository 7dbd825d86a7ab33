import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { PortfolioSummary } from '../../domain/portfolio.ts';
import type { Tables } from '../database/tables.ts';
import { reasonsOf } from './rows.ts';

/** The totals of the rows that a condition on `portfolio_subscriptions as s` selects. */
export async function summaryOf(
  db: Kysely<Tables>,
  where: RawBuilder<boolean>,
): Promise<PortfolioSummary> {
  const sum = (column: 'seats' | 'licensed_seats' | 'free_seats') =>
    sql<number | string | null>`sum(${sql.ref(`s.${column}`)})`;
  const rows = await db
    .selectFrom('portfolio_subscriptions as s')
    .select(['status', 'plan_name', 'sku_id', 'suspension_reasons'])
    .select(({ fn }) => [
      fn.countAll<number | string>().as('count'),
      sum('seats').as('seats'),
      sum('licensed_seats').as('licensed_seats'),
      sum('free_seats').as('free_seats'),
    ])
    .where(where)
    .groupBy(['status', 'plan_name', 'sku_id', 'suspension_reasons'])
    .execute();
  const total = (value: (row: (typeof rows)[number]) => number | string | null): number =>
    rows.reduce((sum, row) => sum + Number(value(row) ?? 0), 0);
  return {
    count: total(({ count }) => count),
    seats: total(({ seats }) => seats),
    licensedSeats: total(({ licensed_seats }) => licensed_seats),
    freeSeats: total(({ free_seats }) => free_seats),
    groups: rows.map((row) => ({
      status: row.status,
      planName: row.plan_name,
      skuId: row.sku_id,
      suspensionReasons: reasonsOf(row.suspension_reasons),
      count: Number(row.count),
    })),
  };
}
