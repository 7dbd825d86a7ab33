import { EventEmitter } from 'node:events';
import type { Random } from '../random.ts';
import { type CancellationReason, type ChangeListener, type EventType, eventOf } from './events.ts';
import { applyNextChange, nextChangeAt } from './lifecycle.ts';
import type { CustomerRecord, SubscriptionRecord } from './records.ts';

export type NewCustomer = Omit<
  CustomerRecord,
  'position' | 'customerId' | 'lastSubscriptionId' | 'subscriptions' | 'transferable'
>;

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
  readonly #changes = new EventEmitter<{ change: Parameters<ChangeListener> }>();
  #positions = 0;
  #nextChangeAt = Number.NEGATIVE_INFINITY;

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
    this.#nextChangeAt = Number.NEGATIVE_INFINITY;
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

  /** Creates a subscription; the caller adds it to one of the customer's two lists. */
  newSubscription(customer: CustomerRecord, subscription: NewSubscription): SubscriptionRecord {
    this.#nextChangeAt = Number.NEGATIVE_INFINITY;
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

  /** Accepts the terms now as the customer's administrator. */
  acceptTerms(customerId: string): void {
    const customer = this.#customers.get(customerId);
    if (customer === undefined) throw new Error(`no customer ${customerId}`);
    customer.termsAcceptedAt = Math.min(customer.termsAcceptedAt, this.now());
    this.#nextChangeAt = Number.NEGATIVE_INFINITY;
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
    const all = [...this.#customers.values()].flatMap(({ subscriptions }) => subscriptions);
    let next = Number.POSITIVE_INFINITY;
    for (const subscription of all) {
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
