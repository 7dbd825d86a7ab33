import { isCustomerForbidden } from '../backends/reseller/refusals.ts';
import { isManagedElsewhere } from '../domain/customer.ts';
import { GatewayError } from '../domain/error.ts';
import { type Page, type PageRequest, readAll } from '../domain/page.ts';
import {
  MAX_SUBSCRIPTIONS_PAGE,
  type ResellerSubscription,
  type SubscriptionFilter,
} from '../domain/subscription.ts';
import {
  findTarget,
  hasEnded,
  ownerOf,
  type SubscriptionTarget,
} from '../domain/subscription-target.ts';
import { authorizeRead } from './authorize.ts';
import type { ServiceSources, Viewed } from './scope.ts';
import { createObservedOwner } from './sku-owners.ts';

export type SubscriptionService = ReturnType<typeof createSubscriptionService>;

/** The pages of one list that this request has read, by their tokens. */
interface Listing {
  readonly filter: SubscriptionFilter;
  readonly pages: Map<string | null, Page<ResellerSubscription>>;
}

export function createSubscriptionService(
  sources: Pick<ServiceSources, 'portfolio'>,
  { access, loaders, resellerIds, scope: { viewer } }: Viewed,
) {
  const observedOwner = createObservedOwner(sources);
  const listings = new Map<string, Listing>();
  const origins = new WeakMap<ResellerSubscription, Listing>();
  const owners = new WeakSet<ResellerSubscription>();

  function all(customerId: string): Promise<ResellerSubscription[]> {
    return readAll('reseller', (token) => {
      const page = { token, size: MAX_SUBSCRIPTIONS_PAGE };
      return loaders.subscriptionPage.load({ filter: { customerId }, page });
    });
  }

  /** Empty when the customer does not exist. */
  async function allOrNone(domainOrId: string): Promise<ResellerSubscription[]> {
    const customerId = await resellerIds.resolve(domainOrId);
    if (customerId === null) return [];
    try {
      return await all(customerId);
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'NOT_FOUND') return [];
      return (await nullIfElsewhere(error, customerId)) ?? [];
    }
  }

  /**
   * Null when the API denied access to a customer because another reseller or Google manages it.
   * @throws the error of any other failure
   */
  async function nullIfElsewhere(error: unknown, customerId: string): Promise<null> {
    if (!isCustomerForbidden(error)) throw error;
    const customer = await loaders.anyResellerCustomer.load(customerId).catch(() => null);
    if (!customer || !isManagedElsewhere(customer)) throw error;
    return null;
  }

  async function readPage(filter: SubscriptionFilter, page: PageRequest) {
    const { customerId, customerAuthToken } = filter;
    try {
      return await loaders.subscriptionPage.load({ filter, page });
    } catch (error) {
      // The API denies a wrong token in the same way.
      if (customerId === undefined || customerAuthToken !== undefined) throw error;
      return nullIfElsewhere(error, customerId);
    }
  }

  /** What the viewer may send to the API. */
  async function visible(filter: SubscriptionFilter): Promise<SubscriptionFilter> {
    if (!access.tenant) return filter;
    // Anyone with a customer's token can transfer it to where only the owner sees it.
    if (filter.customerAuthToken !== undefined) access.requireUnlinked();
    if (filter.customerId === undefined) return filter;
    const customerId = await resellerIds.resolve(filter.customerId);
    if (customerId !== null) return { ...filter, customerId };
    throw new GatewayError('NOT_FOUND', 'The customer was not found in the reseller API.');
  }

  async function visibleItems(
    items: readonly ResellerSubscription[],
  ): Promise<readonly ResellerSubscription[]> {
    resellerIds.learn(items.map(({ customerId }) => customerId));
    const seen = await Promise.all(
      items.map(({ customerId }) => access.seesResellerCustomer(customerId)),
    );
    return items.filter((_, index) => seen[index]);
  }

  /** Whether the pages show, or the portfolio confirms, which subscription owns the SKU. */
  async function isShown(listing: Listing, subscription: ResellerSubscription): Promise<boolean> {
    const shown = whatShows(listing, subscription);
    if (shown !== 'LIKELY') return shown === 'OWNER';
    const owner = await observedOwner(subscription);
    return owner === undefined || owner === subscription.subscriptionId;
  }

  return {
    /** Null when another reseller or Google manages the filtered customer, and there is no token. */
    async page(
      given: SubscriptionFilter,
      requested: PageRequest,
    ): Promise<Page<ResellerSubscription> | null> {
      authorizeRead(viewer);
      const filter = await visible(given);
      // Most items of a page may be invisible, so small pages would cost many calls.
      const page = access.tenant ? { ...requested, size: MAX_SUBSCRIPTIONS_PAGE } : requested;
      const read = await readPage(filter, page);
      if (!read) return null;
      const key = JSON.stringify([
        ...[filter.customerId, filter.customerNamePrefix, filter.customerAuthToken],
      ]);
      const listing = listings.get(key) ?? { filter, pages: new Map() };
      listings.set(key, listing);
      listing.pages.set(page.token, read);
      for (const item of read.items) origins.set(item, listing);
      return access.tenant ? { ...read, items: await visibleItems(read.items) } : read;
    },
    /** The subscription that a target addresses now; null when there is none. */
    async find(target: SubscriptionTarget): Promise<ResellerSubscription | null> {
      authorizeRead(viewer);
      return findTarget(await allOrNone(target.customerId), target);
    },
    /** The customer's only subscription of a SKU; null when there is none or there are several. */
    async onlyOf(customerId: string, skuId: string): Promise<ResellerSubscription | null> {
      authorizeRead(viewer);
      const [only, ...others] = (await allOrNone(customerId)).filter((s) => s.skuId === skuId);
      return only && others.length === 0 ? only : null;
    },
    /** The subscription that currently has this id; null when there is none. */
    async bySubscriptionId(
      domainOrId: string,
      subscriptionId: string,
    ): Promise<ResellerSubscription | null> {
      authorizeRead(viewer);
      const customerId = await resellerIds.resolve(domainOrId);
      if (customerId === null) return null;
      return loaders.subscription
        .load({ customerId, subscriptionId })
        .catch((error: unknown) => nullIfElsewhere(error, customerId));
    },
    /**
     * The target that addresses this subscription and no other; its global id is built from it. Reads
     * the customer's subscriptions unless the pages that this request has read suffice.
     */
    async targetOf(subscription: ResellerSubscription): Promise<SubscriptionTarget> {
      const { customerId, skuId, subscriptionId } = subscription;
      const target = { customerId, skuId, subscriptionId: null };
      if (owners.has(subscription)) return target;
      const listing = origins.get(subscription);
      const isSettled = listing !== undefined && (await isShown(listing, subscription));
      resellerIds.learn([customerId]);
      const list = isSettled ? itemsOf(listing) : await allOrNone(customerId);
      const owner = ownerOf([...siblings(list, subscription), subscription]);
      return owner === subscription ? target : { ...target, subscriptionId };
    },
    /** Records that a write returned the owner of its SKU, so that `targetOf` needs no read. */
    rememberOwner(subscription: ResellerSubscription): void {
      owners.add(subscription);
    },
  };
}

/** Other subscriptions of the same customer and SKU. */
function siblings(
  list: readonly ResellerSubscription[],
  { customerId, skuId, subscriptionId }: ResellerSubscription,
): ResellerSubscription[] {
  return list.filter(
    (other) =>
      other.customerId === customerId &&
      other.skuId === skuId &&
      other.subscriptionId !== subscriptionId,
  );
}

function itemsOf({ pages }: Listing): ResellerSubscription[] {
  return [...pages.values()].flatMap(({ items }) => items);
}

/**
 * Whether the pages that were read show which subscription owns the SKU. Pages of a list of all
 * customers do so if the list keeps the subscriptions of a customer together, which Google does not
 * promise: LIKELY. They do not for a customer at an edge, whose subscriptions may continue on a page
 * that was not read, for a subscription that has ended, and for one with a sibling on the pages.
 * Reading the subscriptions of every customer on a page would cost a call per customer.
 */
function whatShows(
  listing: Listing,
  subscription: ResellerSubscription,
): 'OWNER' | 'LIKELY' | 'NOTHING' {
  const { filter, pages } = listing;
  // The list of transferable subscriptions cannot be read without the token.
  if (filter.customerAuthToken !== undefined) return 'OWNER';
  const edges = [...pages].flatMap(([token, { items, nextToken }]) => {
    const isStart = token !== null && ![...pages.values()].some((p) => p.nextToken === token);
    const isEnd = nextToken !== null && !pages.has(nextToken);
    return [isStart ? items[0] : undefined, isEnd ? items.at(-1) : undefined];
  });
  if (!edges.some((edge) => edge !== undefined)) return 'OWNER';
  if (filter.customerId !== undefined || hasEnded(subscription)) return 'NOTHING';
  if (!isGrouped(itemsOf(listing))) return 'NOTHING';
  const isAtEdge = edges.some((edge) => edge?.customerId === subscription.customerId);
  const isAlone = siblings(itemsOf(listing), subscription).length === 0;
  return !isAtEdge && isAlone ? 'LIKELY' : 'NOTHING';
}

function isGrouped(items: readonly ResellerSubscription[]): boolean {
  const starts = items.filter((item, i) => item.customerId !== items[i - 1]?.customerId);
  return new Set(starts.map(({ customerId }) => customerId)).size === starts.length;
}
