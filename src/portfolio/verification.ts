import type { SweepParts } from './sources.ts';
import type { SubscriptionReader } from './subscription-reader.ts';

/** With a larger share of unseen rows, the lists are not to be trusted. */
const MAX_UNSEEN = 0.05;
/** Rows to verify at most; the next sweep continues. */
const MAX_ROWS = 100_000;

export interface VerificationDeps extends Omit<SweepParts, 'reseller'> {
  readonly reader: SubscriptionReader;
}

export type Verification = ReturnType<typeof createVerification>;

/**
 * Reads the rows that a whole sweep did not see. Pages of a list can shift while it is read, so a row
 * is gone only when an individual read says so.
 */
export function createVerification(deps: VerificationDeps) {
  const { store, reader, billing, calls, clock, log, observe } = deps;

  /** @param startedAt when the sweep began, in milliseconds since the epoch */
  async function run(startedAt: number, signal: AbortSignal): Promise<void> {
    for (const { kind, rows, unseen } of await store.seen(startedAt)) {
      if (unseen === 0) continue;
      if (unseen > MAX_UNSEEN * rows) {
        log.warn({ kind, rows, unseen }, 'sweep did not see many rows, marking none as gone');
      } else if (kind === 'subscriptions') await verifySubscriptions(startedAt, signal);
      else await verifyBilling(startedAt, signal);
    }
  }

  async function verifySubscriptions(startedAt: number, signal: AbortSignal): Promise<void> {
    for (const row of await store.unseenSubscriptions(startedAt, MAX_ROWS)) {
      try {
        const { observed, at } = await reader.read(row, (call) => calls.run(signal, call));
        await observe(observed, at);
      } catch (err) {
        signal.throwIfAborted();
        log.warn({ err, ...row }, 'unseen subscription not read, keeping it');
      }
    }
  }

  /** Billing returns no single customer, but its account. */
  async function verifyBilling(startedAt: number, signal: AbortSignal): Promise<void> {
    for (const { key, accountId } of await store.unseenBilling(startedAt, MAX_ROWS)) {
      if (accountId === '') continue;
      try {
        const at = clock.now();
        const account = await calls.run(signal, (scope) => billing.getAccount(accountId, scope));
        if (!account) await observe([{ type: 'billing-customer-gone', key }], at);
      } catch (err) {
        signal.throwIfAborted();
        log.warn({ err, ...key }, 'unseen billing customer not read, keeping it');
      }
    }
  }

  return { run };
}
