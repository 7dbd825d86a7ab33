import { EventEmitter } from 'node:events';
import type { Random } from '../random.ts';
import { type CancellationReason, type ChangeListener, type EventType, eventOf } from './events.ts';
import { nextDue, settleOnce } from './lifecycle.ts';
import type { CustomerRecord, SubscriptionRecord } from './records.ts';

export type NewCustomer = Omit<
  CustomerRecord,
  'position' | 'customerId' | 'lastSubscriptionId' | 'subscriptions' | 'transferable'
>;

export type NewSubscription = Omit<SubscriptionRecord, 'position' | 'customer' | 'subscriptionId'>;

/** What the reseller API knows: customers, their subscriptions, who watches them. */
export class ResellerStore {
  readonly now: () => number;
  /** The resource that notifications are published on; it is the vendor's, not ours. */
  readonly topicName: string;
  readonly watchers = new Set<string>();
  /** How long after an order the customer's administrator accepts the terms; null: never. */
  termsAcceptedAfterMs: number | null;
  readonly #random: Random;
  readonly #customers = new Map<string, CustomerRecord>();
  readonly #changes = new EventEmitter<{ change: Parameters<ChangeListener> }>();
  #positions = 0;
  #settledUntil = Number.NEGATIVE_INFINITY;

  constructor(random: Random, now: () => number, termsAcceptedAfterMs: number | null) {
    this.#random = random;
    this.now = now;
    this.termsAcceptedAfterMs = termsAcceptedAfterMs;
    this.topicName = `projects/partner-watch/topics/${this.#newId()}`;
  }

  /** Calls `listener` at every change; the function that comes back ends it. */
  onChange(listener: ChangeListener): () => void {
    this.#changes.on('change', listener);
    return () => this.#changes.off('change', listener);
  }

  emit(subscription: SubscriptionRecord, type: EventType, cancellation?: CancellationReason): void {
    this.#settledUntil = Number.NEGATIVE_INFINITY;
    this.#changes.emit('change', eventOf(subscription, type, cancellation));
  }

  #newId(): string {
    return `C0${this.#random.text(7)}`;
  }

  addCustomer(customer: NewCustomer): CustomerRecord {
    const record: CustomerRecord = {
      ...customer,
      position: this.#nextPosition(),
      customerId: this.#newId(),
      lastSubscriptionId: 1_000_000,
      subscriptions: [],
      transferable: [],
    };
    this.#customers.set(record.customerId, record);
    return record;
  }

  /** Makes a subscription that is in none of the customer's two lists yet. */
  newSubscription(customer: CustomerRecord, subscription: NewSubscription): SubscriptionRecord {
    this.#settledUntil = Number.NEGATIVE_INFINITY;
    customer.lastSubscriptionId += 1;
    const subscriptionId = String(customer.lastSubscriptionId);
    return { ...subscription, position: this.#nextPosition(), customer, subscriptionId };
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

  customersAt(domain: string): readonly CustomerRecord[] {
    const name = domain.toLowerCase();
    return [...this.#customers.values()].filter(({ customerDomain }) => customerDomain === name);
  }

  remove(subscription: SubscriptionRecord): void {
    const { customer } = subscription;
    customer.subscriptions = customer.subscriptions.filter((other) => other !== subscription);
  }

  /** The customer's administrator signs in and accepts the terms, now. */
  acceptTerms(customerId: string): void {
    const customer = this.#customers.get(customerId);
    if (customer === undefined) throw new Error(`no customer ${customerId}`);
    customer.termsAcceptedAt = Math.min(customer.termsAcceptedAt, this.now());
    this.#settledUntil = Number.NEGATIVE_INFINITY;
    this.settle();
  }

  /**
   * Assigns so many licences to users, or revokes them when `count` is negative. Throws RangeError
   * when there are not so many seats, or not so many assigned.
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

  /** Lets everything happen that is due by now: ends of trials, renewals, accepted terms. */
  settle(): void {
    const now = this.now();
    if (now < this.#settledUntil) return;
    const all = [...this.#customers.values()].flatMap(({ subscriptions }) => subscriptions);
    let next = Number.POSITIVE_INFINITY;
    for (const subscription of all) {
      next = Math.min(next, this.#settleSubscription(subscription, now));
    }
    this.#settledUntil = next;
  }

  #settleSubscription(subscription: SubscriptionRecord, now: number): number {
    while (nextDue(subscription) <= now) {
      const over = settleOnce(subscription, (type, reason) =>
        this.emit(subscription, type, reason),
      );
      if (over) {
        this.remove(subscription);
        return Number.POSITIVE_INFINITY;
      }
    }
    return nextDue(subscription);
  }
}
