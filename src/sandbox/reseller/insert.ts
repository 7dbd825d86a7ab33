import {
  badRequest,
  conditionNotMet,
  duplicate,
  invalid,
  invalidParameter,
  required,
} from './errors.ts';
import { commitmentFrom, dayMs } from './lifecycle.ts';
import { type MethodCall, pathText, queryText, requireManaged } from './method-call.ts';
import { type CustomerRecord, isAnnual, isSuspended, type SubscriptionRecord } from './records.ts';
import { renderSubscription } from './render.ts';
import {
  checkPlan,
  checkRenewalType,
  checkSeats,
  checkSku,
  checkSkuPlan,
  checkTeam,
  checkTextLength,
  checkTrial,
  defaultRenewalType,
} from './rules.ts';
import { findSku, type PlanName, type Sku } from './skus.ts';
import type { NewSubscription } from './store.ts';
import { transferSubscription } from './transfers.ts';
import type { WireSubscription } from './wire.ts';

interface Order {
  readonly sku: Sku;
  readonly planName: PlanName;
  readonly input: WireSubscription;
}

/** Orders, switches or transfers, depending on the parameters and the existing subscriptions. */
export function insertSubscription(call: MethodCall<WireSubscription>): WireSubscription {
  const { input, store } = call;
  const action = actionOf(call);
  const sku = checkSku(input.skuId);
  const planName = checkPlan(input.plan?.planName, 'plan.planName');
  checkSkuPlan(sku, planName);
  checkTextLength('dealCode', input.dealCode, 100);
  checkTextLength('purchaseOrderId', input.purchaseOrderId, 80);
  const order = { sku, planName, input };
  const fields = newSubscription(order, store.now());
  if (queryText(call, 'customerAuthToken') !== undefined) {
    return renderSubscription(transferSubscription(call, fields));
  }
  const customer = requireManaged(store, pathText(call, 'customerId'));
  checkTeam(customer.customerType, sku);
  checkTrial(customer, planName);
  checkVault(customer, sku);
  const source = findSource(call, customer, action, sku);
  if (source !== undefined) return renderSubscription(switchSku(call, source, order, fields));
  return renderSubscription(addSubscription(call, customer, fields));
}

function actionOf(call: MethodCall<WireSubscription>): string {
  const action = queryText(call, 'action') ?? 'actionUnspecified';
  if (!['actionUnspecified', 'buy', 'switch'].includes(action)) {
    throw invalidParameter('action', `Invalid value at 'action': ${action}`);
  }
  return action;
}

function checkVault(customer: CustomerRecord, sku: Sku): void {
  const basic = ({ skuId }: SubscriptionRecord) => skuId === 'Google-Apps-For-Business';
  if (sku.id === 'Google-Vault' && !customer.subscriptions.some(basic)) {
    throw conditionNotMet('Google Vault requires a subscription of G Suite Basic');
  }
}

function newSubscription({ sku, planName, input }: Order, now: number): NewSubscription {
  const annual = isAnnual(planName);
  const renewalType = input.renewalSettings?.renewalType;
  const trialEnd = now + (sku.trial?.days ?? 0) * dayMs;
  return {
    skuId: sku.id,
    billingMethod: 'ONLINE',
    creationTime: now,
    planName,
    commitment: annual ? commitmentFrom(now) : undefined,
    seats: checkSeats(input.seats, { sku, planName }),
    trial: planName === 'TRIAL' ? { endTime: trialEnd, running: true } : undefined,
    renewalType: annual ? checkRenewalType(renewalType ?? defaultRenewalType(planName)) : undefined,
    transferInfo: undefined,
    purchaseOrderId: input.purchaseOrderId,
    dealCode: input.dealCode,
    suspensions: [],
    suspendedAt: undefined,
    unknownStatus: undefined,
    omittedFields: [],
  };
}

/** The subscription that the order replaces; undefined when it adds a new one. */
function findSource(
  call: MethodCall<WireSubscription>,
  customer: CustomerRecord,
  action: string,
  sku: Sku,
): SubscriptionRecord | undefined {
  const { subscriptions } = customer;
  if (subscriptions.some(({ skuId }) => skuId === sku.id)) {
    throw duplicate(`The customer already has a subscription of ${sku.name}`);
  }
  if (action === 'buy') return undefined;
  const sameProduct = subscriptions.filter(
    ({ skuId }) => findSku(skuId)?.productId === sku.productId,
  );
  // Without an action, the vendor replaces an existing subscription of the same product.
  if (action !== 'switch') return sameProduct[0];
  const sourceSkuId = queryText(call, 'sourceSkuId');
  if (sourceSkuId === undefined) throw required('sourceSkuId');
  const source = sameProduct.find(({ skuId }) => skuId === sourceSkuId);
  if (source !== undefined) return source;
  throw invalid(`No subscription of ${sourceSkuId} can switch to ${sku.id}`, 'sourceSkuId');
}

function switchSku(
  call: MethodCall<WireSubscription>,
  source: SubscriptionRecord,
  { sku, planName, input }: Order,
  fields: NewSubscription,
): SubscriptionRecord {
  if (isSuspended(source)) throw badRequest('The subscription is suspended');
  const up = sku.rank >= (findSku(source.skuId)?.rank ?? 0);
  if (source.commitment !== undefined && !up) {
    throw conditionNotMet('An annual plan cannot be downgraded before its renewal');
  }
  if (source.commitment !== undefined && source.planName === 'ANNUAL_YEARLY_PAY') {
    throw conditionNotMet('An annual plan with yearly payment cannot be upgraded directly');
  }
  const { store } = call;
  const { licensedNumberOfSeats } = source.seats;
  // The licences stay assigned, so the rule of changeSeats applies.
  const unclaimed = { ...input.seats, licensedNumberOfSeats: undefined };
  const seats = checkSeats(unclaimed, { sku, planName, licensedNumberOfSeats });
  store.remove(source);
  store.emit(source, 'SUBSCRIPTION_CANCELLED', up ? 'PURCHASE_OF_SUBSUMING_SKU' : 'OTHER');
  const subscription = store.addSubscription(source.customer, {
    ...{ ...fields, seats },
    purchaseOrderId: fields.purchaseOrderId ?? source.purchaseOrderId,
  });
  store.emit(subscription, up ? 'SUBSCRIPTION_UPGRADE' : 'SUBSCRIPTION_DOWNGRADE');
  return subscription;
}

function addSubscription(
  { store }: MethodCall<WireSubscription>,
  customer: CustomerRecord,
  fields: NewSubscription,
): SubscriptionRecord {
  const now = store.now();
  const accepted = customer.termsAcceptedAt <= now;
  const subscription = store.addSubscription(customer, {
    ...fields,
    suspensions: accepted ? [] : ['PENDING_TOS_ACCEPTANCE'],
    suspendedAt: accepted ? undefined : now,
  });
  store.emit(subscription, 'NEW_SUBSCRIPTION_CREATED');
  return subscription;
}
