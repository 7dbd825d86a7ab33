import type { Config } from './config/config.ts';
import type { Logger } from './log.ts';
import { Retention, type RetentionJob } from './store/retention.ts';
import type { Store } from './store/store.ts';

const DAY_MS = 86_400_000;
/** Pub/Sub delivers a message again for up to 31 days; until then, its id must be known. */
const MIN_NOTIFICATION_DAYS = 31;
/** The longest time for which the request of a write without an outcome is kept. */
const REQUEST_DAYS = 30;

/** What is deleted from the database, and when. */
export function openRetention({ settings }: Config, store: Store, log: Logger): Retention {
  const { operations, writes, notifications, portfolio } = settings;
  const keyDays = writes.WRITE_KEY_WINDOW_MS / DAY_MS;
  const job = (rows: string, days: number, minDays: number, run: Prune): RetentionJob[] =>
    days === 0 ? [] : [{ rows, run: (limit) => run(Math.max(days, minDays) * DAY_MS, limit) }];
  return new Retention({
    log,
    jobs: [
      ...job('audit entries', writes.AUDIT_RETENTION, keyDays, store.audit.prune),
      ...job('requests of unknown writes', REQUEST_DAYS, 0, store.audit.eraseRequests),
      ...job(
        'portfolio changes',
        portfolio.PORTFOLIO_HISTORY_RETENTION,
        0,
        store.portfolio.pruneChanges,
      ),
      ...job('operations', operations.OPERATION_RETENTION, 0, store.journal.prune),
      ...job(
        'notifications',
        notifications.NOTIFICATION_RETENTION,
        MIN_NOTIFICATION_DAYS,
        store.notifications.prune,
      ),
    ],
  });
}

type Prune = (ageMs: number, limit: number) => Promise<number>;
