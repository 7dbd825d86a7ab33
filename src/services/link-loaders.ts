import DataLoader from 'dataloader';
import {
  type BillingCustomerKey,
  billingKeyString,
  type CustomerLink,
} from '../domain/customer.ts';
import type { CustomerLinks } from '../store/links/customer-links.ts';

/** The batched and cached links of one request. */
export interface LinkLoaders {
  readonly linkByBilling: DataLoader<BillingCustomerKey, CustomerLink | null, string>;
  /** By the reseller API's own id. */
  readonly linkByReseller: DataLoader<string, CustomerLink | null>;
}

export const byBillingKey = { cacheKeyFn: billingKeyString };

export function createLinkLoaders(links: CustomerLinks): LinkLoaders {
  return new RequestLinkLoaders(links);
}

class RequestLinkLoaders implements LinkLoaders {
  readonly #links: CustomerLinks;
  #linkByBilling: LinkLoaders['linkByBilling'] | undefined;
  #linkByReseller: LinkLoaders['linkByReseller'] | undefined;

  constructor(links: CustomerLinks) {
    this.#links = links;
  }

  get linkByBilling() {
    this.#linkByBilling ??= new DataLoader((keys) => this.#links.byBilling(keys), byBillingKey);
    return this.#linkByBilling;
  }

  get linkByReseller() {
    this.#linkByReseller ??= new DataLoader((ids) => this.#links.byReseller(ids));
    return this.#linkByReseller;
  }
}
