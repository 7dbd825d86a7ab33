import type { SandboxLog } from '../backend.ts';
import type { BillingStore } from '../billing/store.ts';
import type { Random } from '../random.ts';
import type { SubscriptionRecord } from '../reseller/records.ts';
import type { ResellerStore } from '../reseller/store.ts';
import type { Link } from '../seed/builders.ts';
import { type ChangeContext, type ChangeKindName, changeKindNames, changeKinds } from './kinds.ts';

/** Changes that no client requested, such as renewals and changes in the admin console. */
export interface ChangeOptions {
  /** Changes per minute; 0 makes none except through `make`. */
  readonly perMinute: number;
  readonly kinds: readonly ChangeKindName[];
  /** Share of the changes that send no notification, 0 to 1. */
  readonly silentShare: number;
}

export const defaultChanges: ChangeOptions = {
  perMinute: 0,
  kinds: changeKindNames,
  silentShare: 0,
};

/** Which subscription changes; any that the change can happen to when nothing is set. */
export interface ChangeTarget {
  /** Id or domain of a reseller customer. */
  readonly customer?: string | undefined;
  readonly skuId?: string | undefined;
  /** Whether the change sends no notification; false by default. */
  readonly silent?: boolean | undefined;
}

/** A change at a time after the start. */
export interface ScheduledChange extends ChangeTarget {
  readonly afterSeconds: number;
  readonly kind: ChangeKindName;
}

/** A change that was made. */
export interface MadeChange {
  readonly kind: ChangeKindName;
  readonly customerId: string;
  readonly skuId: string;
  /** The id before the change. */
  readonly subscriptionId: string;
}

interface Stores {
  readonly reseller: ResellerStore;
  readonly billing: BillingStore;
  readonly links: readonly Link[];
}

interface Schedule {
  readonly random: Random;
  readonly now: () => number;
  readonly log: SandboxLog;
  /** Aborts when the sandbox closes. */
  readonly closing: AbortSignal;
}

const minuteMs = 60_000;
const minIntervalMs = 10;

/** Makes changes that bypass every client of the APIs. */
export class Changes {
  readonly #stores: Stores;
  readonly #schedule: Schedule;
  readonly #billingIds: ReadonlyMap<string, string>;

  constructor(options: ChangeOptions, stores: Stores, schedule: Schedule) {
    this.#stores = stores;
    this.#schedule = schedule;
    this.#billingIds = new Map(
      stores.links.map(({ resellerCustomerId, billing }) => [
        resellerCustomerId,
        billing.customerId,
      ]),
    );
    if (options.perMinute > 0) this.#start(options);
  }

  /**
   * Makes one change now. Returns null when it cannot happen to the target, or to any subscription.
   */
  make(kind: ChangeKindName, target: ChangeTarget = {}): MadeChange | null {
    const { reseller } = this.#stores;
    const { now } = this.#schedule;
    reseller.applyDueChanges();
    const context = { ...this.#context(), now: now() };
    const subscription = this.#choose(kind, target, context);
    if (subscription === undefined) return null;
    const { customer, skuId, subscriptionId } = subscription;
    const change = () => changeKinds[kind].make(subscription, context);
    if (target.silent === true) reseller.silently(change);
    else change();
    return { kind, customerId: customer.customerId, skuId, subscriptionId };
  }

  #context(): Omit<ChangeContext, 'now'> {
    const { reseller, billing } = this.#stores;
    return {
      ...{ reseller, billing, random: this.#schedule.random },
      accountOf: (resellerCustomerId) => {
        const customer = billing.customer(this.#billingIds.get(resellerCustomerId) ?? '');
        return customer && billing.account(customer.billingAccountId);
      },
    };
  }

  /** Searches from a random subscription on. */
  #choose(
    kind: ChangeKindName,
    { customer, skuId }: ChangeTarget,
    context: ChangeContext,
  ): SubscriptionRecord | undefined {
    const all = this.#candidates(customer);
    const start = context.random.int(0, Math.max(0, all.length - 1));
    for (let step = 0; step < all.length; step += 1) {
      const subscription = all[(start + step) % all.length];
      if (subscription === undefined) continue;
      if (skuId !== undefined && subscription.skuId !== skuId) continue;
      if (changeKinds[kind].applies(subscription, context)) return subscription;
    }
    return undefined;
  }

  #candidates(customer: string | undefined): readonly SubscriptionRecord[] {
    const { reseller } = this.#stores;
    if (customer === undefined) return reseller.subscriptions();
    const found = reseller.customer(customer) ?? reseller.customersAt(customer)[0];
    return found?.subscriptions ?? [];
  }

  /** Makes each change when it is due; those that are then impossible are logged. */
  follow(changes: readonly ScheduledChange[]): void {
    const { log, closing } = this.#schedule;
    for (const { afterSeconds, kind, ...target } of changes) {
      const timer = setTimeout(() => {
        const made = this.make(kind, target);
        if (made === null) log.warn({ kind, ...target }, 'change of the story is impossible');
        else log.debug(made, 'change of the story');
      }, afterSeconds * 1000).unref();
      closing.addEventListener('abort', () => clearTimeout(timer));
    }
  }

  #start({ perMinute, kinds, silentShare }: ChangeOptions): void {
    const intervalMs = Math.max(minIntervalMs, minuteMs / perMinute);
    const [first = 'seats', ...others] = kinds;
    const { random, log, closing } = this.#schedule;
    let due = 0;
    const timer = setInterval(() => {
      for (due += (perMinute * intervalMs) / minuteMs; due >= 1; due -= 1) {
        const silent = random.chance(silentShare);
        const made = this.make(random.pick([first, ...others]), { silent });
        log.debug({ ...made, silent }, 'change outside of the APIs');
      }
    }, intervalMs).unref();
    closing.addEventListener('abort', () => clearInterval(timer));
  }
}
