import { readFile } from 'node:fs/promises';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import {
  type ProductDocument,
  productDocuments,
} from '../../src/server/documents/product-documents.ts';
import { codeBlocks } from '../readme.support.ts';
import { activateFirstCustomer } from '../server/operations.support.ts';
import { CustomerDocument, MyChangesDocument } from '../support/gql/graphql.ts';
import { request } from '../support/request.ts';

/** Global ids of objects that the documents read and change. */
interface Objects {
  readonly customer: string;
  /** A customer that another reseller manages. */
  readonly transferable: string;
  readonly subscription: string;
  readonly operation: string;
  readonly auditEntry: string;
}

/** Finds objects in a gateway on the seeded sandbox. Activates a customer, so that it has some. */
export async function findObjects(url: string): Promise<Objects> {
  const operation = await activateFirstCustomer(url);
  const { data } = await request(url, CustomerDocument, { by: { domain: 'flexible.example' } });
  const other = await request(url, CustomerDocument, { by: { domain: 'fernweh-travel.example' } });
  const changes = await request(url, MyChangesDocument, { first: 1 });
  const customer = data?.customer?.id;
  const subscription = data?.customer?.subscriptions?.nodes[0]?.id;
  const transferable = other.data?.customer?.id;
  const auditEntry = changes.data?.auditLog.nodes[0]?.id;
  if (!customer || !transferable || !subscription || !auditEntry) {
    throw new Error('the seed has other customers');
  }
  return { customer, transferable, subscription, operation, auditEntry };
}

/** Variables for every document that has required ones. Some are refused with a typed error. */
function variablesOf(
  { name }: ProductDocument,
  { customer, transferable, subscription, operation, auditEntry }: Objects,
): Readonly<Record<string, unknown>> {
  const person = { name: 'Ada', phone: '+44', email: 'ada@byron.example', tin: '1' };
  const address = {
    postCode: '1',
    postAddress: 'Box 1',
    legalAddress: 'Street 1',
    longname: 'Ada',
  };
  const invited = { name: 'Byron', person: { ...person, ...address } };
  const email = { serviceAccountEmailAddress: 'watcher@project.iam.gserviceaccount.example' };
  const billing = { customerId: 'cus0799ks7asp0cbikkt' };
  const token = { customer: transferable, customerAuthToken: 'a1b2c3d4e5f60718' };
  const seats = { skuId: '1010020027', seats: 5 };
  const bySubscription = { subscription };
  const variables: Record<string, Record<string, unknown>> = {
    ActivateCustomer: { customer: encodeGlobalId('Customer', 'b', 'unknown', 'unknown') },
    WatchOperation: { operation },
    InviteCustomer: { input: { ...invited, invitationEmail: 'ada@byron.example' } },
    CreateResellerServedCustomer: { input: invited },
    SuspendCustomer: { input: { customer } },
    CancelOperation: { operation },
    Operation: { by: { id: operation } },
    OrderCustomer: { input: { customerDomain: 'flexible.example' } },
    UpdateCustomer: { input: { customer, phoneNumber: '+441234567890' } },
    OrderSubscription: {
      input: { ...seats, customer, action: 'BUY', planName: 'FLEXIBLE', seats: 1_000_000 },
    },
    TransferSubscriptions: {
      input: { ...token, subscriptions: [{ ...seats, planName: 'FLEXIBLE' }] },
    },
    TransferableSubscriptions: token,
    ActivateSubscription: bySubscription,
    SuspendSubscription: bySubscription,
    StartPaidService: bySubscription,
    ChangeSubscriptionPlan: { input: { subscription, planName: 'FREE' } },
    ChangeSubscriptionSeats: { subscription, seats: 7 },
    ChangeSubscriptionRenewalSettings: { subscription, renewalType: 'CANCEL' },
    CancelSubscription: bySubscription,
    TransferSubscriptionToDirect: bySubscription,
    Subscription: { by: { id: subscription } },
    RegisterNotifications: email,
    UnregisterNotifications: email,
    LinkCustomer: { billing, resellerCustomer: { domain: 'flexible.example' } },
    UnlinkCustomer: { customer },
    AuditEntry: { by: { id: auditEntry } },
    SettleChange: { auditEntry, action: 'CONFIRM_DONE' },
    RenewalsSoon: { from: '2026-01-01T00:00:00Z', until: '2036-01-01T00:00:00Z' },
    TrialsAboutToEnd: { until: '2036-01-01T00:00:00Z' },
    WhatChanged: { since: '2026-01-01T00:00:00Z' },
  };
  return variables[name] ?? {};
}

/** A document with its variables. */
export interface Request {
  readonly name: string;
  readonly type: ProductDocument['type'];
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The GraphQL of the README with the variables that are printed below it. */
export async function readmeRequests(): Promise<Request[]> {
  const blocks = codeBlocks(await readFile('README.md', 'utf8'));
  return blocks.flatMap(({ language, text }, index): Request[] => {
    if (language !== 'graphql') return [];
    const [type = 'query'] = /^\w+/.exec(text) ?? [];
    if (type !== 'query' && type !== 'mutation' && type !== 'subscription') return [];
    const below = blocks[index + 1];
    const variables = below?.language === 'json' ? JSON.parse(below.text) : {};
    return [{ name: `README ${index}`, type, text, variables }];
  });
}

/** The queries and mutations of the product's documents and of the README. */
export async function requestsOf(objects: Objects): Promise<Request[]> {
  const documents = documentsOf('query', 'mutation').map((document) => {
    return { ...document, variables: variablesOf(document, objects) };
  });
  const readme = await readmeRequests();
  // Before anything changes, so that most of them are not refused.
  const dryRuns = documents.filter(({ type }) => type === 'mutation').map(asDryRun);
  return [...dryRuns, ...documents, ...readme.filter(({ type }) => type !== 'subscription')];
}

function asDryRun<T extends Request>(request: T): T {
  const { input, ...others } = request.variables;
  const name = `${request.name} as a dry run`;
  const variables = input ? { input: { ...Object(input), dryRun: true } } : { dryRun: true };
  return { ...request, name, variables: { ...others, ...variables } };
}

/** The documents of a kind, those that end something last. */
export function documentsOf(...types: ProductDocument['type'][]): ProductDocument[] {
  const last = ['SuspendSubscription', 'CancelSubscription', 'TransferSubscriptionToDirect'];
  return productDocuments()
    .filter(({ type }) => types.includes(type))
    .sort((a, b) => last.indexOf(a.name) - last.indexOf(b.name));
}

export interface Exchange {
  readonly data?: unknown;
  readonly errors?: readonly unknown[];
}

/** A fetch that keeps what the gateway answered to the client under test. */
export function recordingFetch(): { readonly fetch: typeof fetch; last(): Exchange } {
  let text = Promise.resolve('{}');
  let last: Exchange = {};
  return {
    fetch: async (...request) => {
      const response = await fetch(...request);
      text = response.clone().text();
      last = JSON.parse(await text);
      return response;
    },
    last: () => last,
  };
}
