import type { CustomerLink } from '../../domain/customer.ts';
import type { Observation } from '../../domain/portfolio.ts';
import type { Changes } from '../database/changes.ts';
import type { Database } from '../database/database.ts';
import { involvedIn } from './batch.ts';
import { portfolioHistory } from './history.ts';
import { relinkRows, updateRows } from './portfolio.ts';
import { portfolioReads } from './reads.ts';
import type { ProductOf } from './rows.ts';
import { refreshStatistics } from './search-index.ts';
import { sweepStore } from './sweep-store.ts';
import { completeTexts } from './texts.ts';

export type { ChangeQuery } from './queries.ts';

/** Observations per transaction: few, so that other writes wait only for a short time. */
const BATCH = 100;

export type PortfolioStore = ReturnType<typeof portfolioStore>;

/**
 * The durable read model of customers and subscriptions. Every method rejects with a GatewayError, as
 * those of the operation journal do. Lists return at most `limit` rows, and never more than 1001.
 */
export function portfolioStore(database: Database, changes: Changes) {
  return {
    ...portfolioReads(database),
    ...portfolioHistory(database),
    ...sweepStore(database),
    /**
     * Stores observations and the history of what they changed, in one transaction. Skips those that
     * are older than what is stored.
     */
    async observe(observations: readonly Observation[], productOf: ProductOf): Promise<void> {
      for (let start = 0; start < observations.length; start += BATCH) {
        const some = observations.slice(start, start + BATCH);
        const count = await database.write((trx) =>
          updateRows(database, trx, involvedIn(some), some, productOf),
        );
        if (count > 0) changes.publish('portfolio', '');
      }
    },
    /** Call this after many rows have changed, so that queries are planned well and searches are fast. */
    async maintain(): Promise<void> {
      await completeTexts(database);
      await refreshStatistics(database);
    },
    /** Joins or separates the halves of customers whose links changed. */
    async relink(links: readonly CustomerLink[]): Promise<void> {
      const count = await database.write((trx) => relinkRows(database, trx, links));
      if (count > 0) changes.publish('portfolio', '');
    },
  };
}
