import type { Random } from '../random.ts';

export interface BillingAccountRecord {
  readonly position: number;
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly countryCode: string;
  readonly currency: string;
  active: boolean;
  /** Zero for a reseller's customers, because the reseller pays. */
  readonly balance: string;
}

export interface BillingCustomerRecord {
  readonly position: number;
  readonly id: string;
  readonly resellerId: string;
  readonly billingAccountId: string;
}

export type NewAccount = Omit<BillingAccountRecord, 'position'>;
export type NewCustomer = Omit<BillingCustomerRecord, 'position'>;

/** The data of the billing API: resellers, their customers and all billing accounts. */
export class BillingStore {
  readonly #random: Random;
  readonly #customers = new Map<string, BillingCustomerRecord>();
  readonly #customersOf = new Map<string, BillingCustomerRecord[]>();
  readonly #accounts = new Map<string, BillingAccountRecord>();
  readonly #accountList: BillingAccountRecord[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** An id of 20 characters, as the vendor's are. */
  newId(prefix: string): string {
    return prefix + this.#random.text(20 - prefix.length);
  }

  /** A reseller is identified by its billing account. */
  addReseller(account: NewAccount): void {
    this.#customersOf.set(account.id, []);
    this.#addAccount(account);
  }

  addCustomer(customer: NewCustomer, account: NewAccount): BillingCustomerRecord {
    const record = { ...customer, position: this.#customers.size + 1 };
    this.#customers.set(record.id, record);
    this.#customersOf.get(record.resellerId)?.push(record);
    this.#addAccount(account);
    return record;
  }

  #addAccount(account: NewAccount): void {
    const record = { ...account, position: this.#accounts.size + 1 };
    this.#accounts.set(account.id, record);
    this.#accountList.push(record);
  }

  hasReseller(resellerId: string): boolean {
    return this.#customersOf.has(resellerId);
  }

  /** In the order of creation. */
  customersOf(resellerId: string): readonly BillingCustomerRecord[] {
    return this.#customersOf.get(resellerId) ?? [];
  }

  customer(customerId: string): BillingCustomerRecord | undefined {
    return this.#customers.get(customerId);
  }

  account(accountId: string): BillingAccountRecord | undefined {
    return this.#accounts.get(accountId);
  }

  /** In the order of creation. */
  accounts(): readonly BillingAccountRecord[] {
    return this.#accountList;
  }

  setActive(accountId: string, active: boolean): void {
    const account = this.#accounts.get(accountId);
    if (account !== undefined) account.active = active;
  }
}
