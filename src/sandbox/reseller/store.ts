import { EventEmitter } from 'node:events';
import { firstAfter } from '../page-tokens.ts';
import type { Random } from '../random.ts';
import { type CancellationReason, type ChangeListener, type EventType, eventOf } from './events.ts';
import { applyNextChange, nextChangeAt } from './lifecycle.ts';
import type { CustomerRecord, SubscriptionRecord } from './records.ts';

export type NewCustomer = Omit<
  CustomerRecord,
  'position' | 'customerId' | 'hadTrial' | 'lastSubscriptionId' | 'subscriptions' | 'transferable'
> & {
  /** Generated when it is missing. */
  readonly customerId?: string;
};

export type NewSubscription = Omit<SubscriptionRecord, 'position' | 'customer' | 'subscriptionId'>;

/** The data of the reseller API: customers, their subscriptions and registered watchers. */
export class ResellerStore {
  readonly now: () => number;
  /** The vendor's topic for the notifications. */
  readonly topicName: string;
  readonly watchers = new Set<string>();
  /** Delay after the order at which the administrator accepts the terms; null: never. */
  termsAcceptedAfterMs: number | null;
  readonly #random: Random;
  readonly #customers = new Map<string, CustomerRecord>();
  readonly #customersAt = new Map<string, readonly CustomerRecord[]>();
  readonly #subscriptions: SubscriptionRecord[] = [];
  readonly #changes = new EventEmitter<{ change: Parameters<ChangeListener> }>();
  #positions = 0;
  /** No time-based change is due before. */
  #nextChangeAt = Number.POSITIVE_INFINITY;
  #isSilent = false;

  constructor(random: Random, now: () => number, termsAcceptedAfterMs: number | null) {
    this.#random = random;
    this.now = now;
    this.termsAcceptedAfterMs = termsAcceptedAfterMs;
    this.topicName = `projects/partner-watch/topics/${this.#newId()}`;
  }

  /** Calls `listener` for every change and returns a function that unsubscribes it. */
  onChange(listener: ChangeListener): () => void {
    this.#changes.on('change', listener);
    return () => this.#changes.off('change', listener);
  }

  emit(subscription: SubscriptionRecord, type: EventType, cancellation?: CancellationReason): void {
    this.#expectChange(subscription);
    if (!this.#isSilent) this.#changes.emit('change', eventOf(subscription, type, cancellation));
  }

  /** Runs `change` without notifications, as if Pub/Sub lost them. */
  silently<T>(change: () => T): T {
    this.#isSilent = true;
    try {
      return change();
    } finally {
      this.#isSilent = false;
    }
  }

  /** Call it after a change that may bring a time-based change forward. */
  #expectChange(subscription: SubscriptionRecord): void {
    this.#nextChangeAt = Math.min(this.#nextChangeAt, nextChangeAt(subscription));
  }

  #newId(): string {
    return `C0${this.#random.text(7)}`;
  }

  /** Returns a managed or foreign customer with a new id. */
  addCustomer(customer: NewCustomer): CustomerRecord {
    let { termsAcceptedAt } = customer;
    const lookForChanges = (): void => {
      this.#nextChangeAt = Number.NEGATIVE_INFINITY;
    };
    const record: CustomerRecord = {
      ...customer,
      get termsAcceptedAt() {
        return termsAcceptedAt;
      },
      set termsAcceptedAt(time) {
        termsAcceptedAt = time;
        lookForChanges();
      },
      position: this.#nextPosition(),
      customerId: customer.customerId ?? this.#newId(),
      hadTrial: false,
      lastSubscriptionId: 1_000_000,
      subscriptions: [],
      transferable: [],
    };
    this.#customers.set(record.customerId, record);
    this.#indexDomain(record);
    return record;
  }

  /** Creates a subscription that this reseller manages. */
  addSubscription(customer: CustomerRecord, fields: NewSubscription): SubscriptionRecord {
    const subscription = this.#newSubscription(customer, fields);
    customer.subscriptions.push(subscription);
    this.#subscriptions.push(subscription);
    this.#expectChange(subscription);
    return subscription;
  }

  /** Creates a subscription that is managed by others and can be transferred to this reseller. */
  addTransferable(customer: CustomerRecord, fields: NewSubscription): void {
    customer.transferable.push(this.#newSubscription(customer, fields));
  }

  #newSubscription(customer: CustomerRecord, fields: NewSubscription): SubscriptionRecord {
    customer.lastSubscriptionId += 1;
    if (fields.trial !== undefined) customer.hadTrial = true;
    const subscriptionId = String(customer.lastSubscriptionId);
    return { ...fields, position: this.#nextPosition(), customer, subscriptionId };
  }

  #nextPosition(): number {
    this.#positions += 1;
    return this.#positions;
  }

  customers(): Iterable<CustomerRecord> {
    return this.#customers.values();
  }

  customer(customerId: string): CustomerRecord | undefined {
    return this.#customers.get(customerId);
  }

  /** Every subscription that this reseller manages or managed, in the order of creation. */
  subscriptions(): readonly SubscriptionRecord[] {
    return this.#subscriptions;
  }

  customersAt(domain: string): readonly CustomerRecord[] {
    const name = domain.toLowerCase();
    const isAt = ({ customerDomain }: CustomerRecord): boolean => customerDomain === name;
    const indexed = this.#customersAt.get(name)?.filter(isAt) ?? [];
    if (indexed.length > 0) return indexed;
    // A domain can change, which the index does not see.
    const renamed = [...this.#customers.values()].filter(isAt);
    for (const customer of renamed) this.#indexDomain(customer);
    return renamed;
  }

  #indexDomain(customer: CustomerRecord): void {
    const others = this.#customersAt.get(customer.customerDomain) ?? [];
    this.#customersAt.set(customer.customerDomain, [...others, customer]);
  }

  remove(subscription: SubscriptionRecord): void {
    const { customer } = subscription;
    customer.subscriptions = customer.subscriptions.filter((other) => other !== subscription);
    const index = firstAfter(this.#subscriptions, subscription.position - 1);
    if (this.#subscriptions[index] === subscription) this.#subscriptions.splice(index, 1);
  }

  /** Accepts the terms now as the customer's administrator. */
  acceptTerms(customerId: string): void {
    const customer = this.#customers.get(customerId);
    if (customer === undefined) throw new Error(`no customer ${customerId}`);
    customer.termsAcceptedAt = Math.min(customer.termsAcceptedAt, this.now());
    this.applyDueChanges();
  }

  /**
   * Assigns `count` licences, or revokes them when it is negative. Throws RangeError when the total
   * would be negative or exceed the seats.
   */
  assignLicence(subscription: SubscriptionRecord, count: number): void {
    const { seats } = subscription;
    const licensedNumberOfSeats = seats.licensedNumberOfSeats + count;
    const bound = seats.numberOfSeats ?? seats.maximumNumberOfSeats ?? 0;
    if (licensedNumberOfSeats < 0 || licensedNumberOfSeats > bound) {
      throw new RangeError(`${licensedNumberOfSeats} licences of ${bound} seats`);
    }
    subscription.seats = { ...seats, licensedNumberOfSeats };
    this.emit(subscription, 'LICENSE_ASSIGNMENT_CHANGED');
  }

  /** Applies time-based changes that are due: trial ends, renewals, accepted terms. */
  applyDueChanges(): void {
    const now = this.now();
    if (now < this.#nextChangeAt) return;
    let next = Number.POSITIVE_INFINITY;
    // A copy, because cancelled subscriptions are removed.
    for (const subscription of [...this.#subscriptions]) {
      next = Math.min(next, this.#applyDueChangesTo(subscription, now));
    }
    this.#nextChangeAt = next;
  }

  #applyDueChangesTo(subscription: SubscriptionRecord, now: number): number {
    while (nextChangeAt(subscription) <= now) {
      const isCancelled = applyNextChange(subscription, (type, reason) =>
        this.emit(subscription, type, reason),
      );
      if (isCancelled) {
        this.remove(subscription);
        return Number.POSITIVE_INFINITY;
      }
    }
    return nextChangeAt(subscription);
  }
}
