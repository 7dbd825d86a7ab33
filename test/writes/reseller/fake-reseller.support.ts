import type { ServerResponse } from 'node:http';
import {
  type Backend,
  type CleanUp,
  type Received,
  refuse,
  reply,
  startBackend,
} from '../../backends/reseller/reseller.support.ts';

export type Json = Record<string, unknown>;

/** What happens to a write: whether it is carried out, and how it is answered. */
export interface Fault {
  readonly isApplied: boolean;
  readonly answer: 'dropped' | 'hanging' | 'unreadable' | number;
}

interface Result {
  readonly status: number;
  readonly body?: unknown;
}

const PREFIX = '/apps/reseller/v1';
const ok = (body?: unknown): Result => ({ status: 200, body });
const error = (status: number, reason: string): Result => ({
  status,
  body: { error: { code: status, message: reason, errors: [{ reason, message: reason }] } },
});

/** The state of a reseller API, served over HTTP with faults. */
export class FakeReseller {
  readonly customers = new Map<string, Json>();
  subscriptions: Json[] = [];
  readonly watchers = new Set<string>();
  /** The most items of a page. */
  pageSize = 100;
  /** Decides about each write; parts of a batch are asked one by one. */
  fault: (method: string, path: string) => Fault | null = () => null;
  /** Decides about each read. */
  readFault: (path: string) => Result | null = () => null;
  /** Every write that arrived, as `METHOD path`. */
  readonly writes: string[] = [];
  /** Every read that arrived, as its path. */
  readonly reads: string[] = [];
  #visible: Json[] | null = null;
  #number = 100;
  backend!: Backend;

  async start(cleanUp?: CleanUp): Promise<this> {
    const serve = (request: Received, response: ServerResponse) => this.#serve(request, response);
    this.backend = await startBackend(serve, undefined, cleanUp);
    return this;
  }

  add(subscription: Json & { readonly skuId: string }): Json {
    const added = {
      customerId: 'C1',
      subscriptionId: `S${++this.#number}`,
      status: 'ACTIVE',
      creationTime: String(this.#number),
      plan: { planName: 'FLEXIBLE' },
      seats: { maximumNumberOfSeats: 10 },
      ...subscription,
    };
    this.subscriptions.push(added);
    return added;
  }

  find(subscriptionId: string): Json | undefined {
    return this.subscriptions.find((other) => other['subscriptionId'] === subscriptionId);
  }

  /** From now on, reads return the present state until `show`. */
  hide(): void {
    this.#visible = structuredClone(this.subscriptions);
  }

  show(): void {
    this.#visible = null;
  }

  #serve(request: Received, response: ServerResponse): void {
    const path = request.url.replace(PREFIX, '');
    if (path.endsWith('/batch')) {
      this.#batch(request, response);
    } else if (request.method === 'GET') {
      this.reads.push(path);
      send(response, this.readFault(path) ?? this.#read(path));
    } else {
      const [result, fault] = this.#write(request.method, path, request.body);
      answer(response, result, fault);
    }
  }

  #write(method: string, path: string, body: string): [Result, Fault | null] {
    this.writes.push(`${method} ${path}`);
    const fault = this.fault(method, path);
    if (fault && !fault.isApplied) return [ok(), fault];
    return [this.#apply(method, path, body === '' ? {} : JSON.parse(body)), fault];
  }

  #batch(request: Received, response: ServerResponse): void {
    const parts = request.body.split(/--batch_[^\r\n]+/).filter((part) => / HTTP\/1.1/.test(part));
    const faults: (Fault | null)[] = [];
    const answers = parts.map((part) => {
      const [, method = '', path = ''] = /(\w+) (\S+) HTTP\/1.1/.exec(part) ?? [];
      const body = /\r\n\r\n\r?\n?(\{.*\})/s.exec(part)?.[1] ?? '';
      const [result, fault] = this.#write(method, path.replace(PREFIX, ''), body);
      faults.push(fault);
      return fault && typeof fault.answer === 'number' ? error(fault.answer, 'x') : result;
    });
    const lost = faults.find((fault) => fault && typeof fault.answer !== 'number');
    if (lost) {
      answer(response, ok(), lost);
      return;
    }
    const text = answers.map(
      ({ status, body }) =>
        `--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 ${status} X\r\n\r\n${JSON.stringify(body ?? {})}\r\n`,
    );
    response.writeHead(200, { 'content-type': 'multipart/mixed; boundary=b' });
    response.end(`${text.join('')}--b--`);
  }

  #read(path: string): Result {
    const url = new URL(path, 'http://x');
    const [, kind, id = '', , subscriptionId] = url.pathname.split('/');
    const listed = this.#visible ?? this.subscriptions;
    if (kind === 'resellernotify') {
      return ok({ serviceAccountEmailAddresses: [...this.watchers], topicName: 'topic' });
    }
    if (kind === 'subscriptions') {
      const customerId = url.searchParams.get('customerId');
      const all = listed.filter((s) => customerId === null || s['customerId'] === customerId);
      const start = Number(url.searchParams.get('pageToken') ?? 0);
      const size = Math.min(this.pageSize, Number(url.searchParams.get('maxResults') ?? 20));
      const end = start + size;
      const nextPageToken = end < all.length ? String(end) : undefined;
      return ok({ subscriptions: all.slice(start, end), nextPageToken });
    }
    if (subscriptionId === undefined) {
      const customer = this.#customer(decodeURIComponent(id));
      return customer ? ok(customer) : error(404, 'notFound');
    }
    const found = listed.find((s) => s['subscriptionId'] === subscriptionId);
    return found ? ok(found) : error(404, 'notFound');
  }

  #customer(domainOrId: string): Json | undefined {
    return (
      this.customers.get(domainOrId) ??
      [...this.customers.values()].find((other) => other['customerDomain'] === domainOrId)
    );
  }

  #apply(method: string, path: string, body: Json): Result {
    const url = new URL(path, 'http://x');
    const [, kind, id = '', collection, subscriptionId, action] = url.pathname.split('/');
    if (kind === 'resellernotify') {
      const address = url.searchParams.get('serviceAccountEmailAddress') ?? '';
      if (id === 'register') this.watchers.add(address);
      else this.watchers.delete(address);
      return ok({ topicName: 'topic' });
    }
    if (collection === undefined) return this.#applyCustomer(method, id, body);
    if (subscriptionId === undefined) return this.#insert(id, body, url.searchParams);
    const found = this.find(subscriptionId);
    if (!found) return error(404, 'notFound');
    if (method === 'DELETE') {
      this.subscriptions = this.subscriptions.filter((other) => other !== found);
      return { status: 204 };
    }
    Object.assign(found, changeOf(action ?? '', found, body));
    return ok(found);
  }

  #applyCustomer(method: string, id: string, body: Json): Result {
    const existing = this.#customer(method === 'POST' ? String(body['customerDomain']) : id);
    if (method !== 'POST') {
      if (!existing) return error(404, 'notFound');
      Object.assign(existing, body);
      return ok(existing);
    }
    if (existing?.['resourceUiUrl']) return error(409, 'duplicate');
    const customerId = String(existing?.['customerId'] ?? `C${++this.#number}`);
    const created = { ...body, customerId, resourceUiUrl: 'https://x' };
    this.customers.set(customerId, created);
    return ok(created);
  }

  #insert(customerId: string, body: Json, query: URLSearchParams): Result {
    const { skuId, plan, seats } = body;
    if (query.get('action') === 'switch') {
      const source = this.subscriptions.find((s) => s['skuId'] === query.get('sourceSkuId'));
      if (!source) return error(412, 'conditionNotMet');
      this.subscriptions = this.subscriptions.filter((other) => other !== source);
    }
    return ok(this.add({ customerId, skuId: String(skuId), plan, seats }));
  }
}

function changeOf(action: string, found: Json, body: Json): Json {
  switch (action) {
    case 'activate':
      return { status: 'ACTIVE', suspensionReasons: [] };
    case 'suspend':
      return { status: 'SUSPENDED', suspensionReasons: ['RESELLER_INITIATED'] };
    case 'startPaidService':
      return { trialSettings: { isInTrial: false } };
    case 'changePlan':
      return { plan: { planName: body['planName'] }, seats: body['seats'] };
    case 'changeSeats':
      return { seats: { ...(found['seats'] as Json), ...body } };
    default:
      return { renewalSettings: body };
  }
}

function answer(response: ServerResponse, result: Result, fault: Fault | null): void {
  if (!fault) send(response, result);
  else if (fault.answer === 'dropped') response.socket?.destroy();
  else if (fault.answer === 'unreadable') response.writeHead(200).end('<html>');
  else if (typeof fault.answer === 'number') refuse(response, fault.answer, 'x');
}

function send(response: ServerResponse, { status, body }: Result): void {
  if (body === undefined) response.writeHead(status).end();
  else reply(response, body, status);
}
