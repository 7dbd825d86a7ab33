import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { openTcpLine, type TcpLine } from './tcp-line.ts';

export const outages = ['refusing', 'hung', 'black-holed', 'mute'] as const;
export type Outage = (typeof outages)[number];
export const backends = ['billing', 'reseller'] as const;
export type Backend = (typeof backends)[number];

/** The backends of a sandbox, each behind a line that can fail. */
export interface BreakableBackends {
  /** Settings of a gateway in front of them. */
  readonly env: Record<string, string>;
  /** Calls that a backend received, and connections that it did not answer. */
  received(backend: Backend): number;
  break(backend: Backend, outage: Outage): void;
  restore(): void;
  close(): void;
}

export async function openBreakableBackends(sandbox: Sandbox): Promise<BreakableBackends> {
  const lines: Record<Backend, TcpLine> = {
    billing: await openTcpLine(Number(sandbox.billingAddress.split(':')[1])),
    reseller: await openTcpLine(Number(new URL(sandbox.resellerUrl).port)),
  };
  let unanswered = { billing: 0, reseller: 0 };
  let acceptedBefore: Record<Backend, number> | null = null;

  const unansweredBy = (backend: Backend): number =>
    lines[backend].mode === 'MUTE' && acceptedBefore
      ? lines[backend].accepted - acceptedBefore[backend]
      : 0;

  return {
    env: {
      BILLING_ENDPOINT: lines.billing.address,
      BILLING_TLS: 'false',
      BILLING_RESELLER_ID: sandbox.resellerId,
      RESELLER_ENDPOINT: `http://${lines.reseller.address}`,
    },
    received(backend) {
      const isOwn = (method: string): boolean =>
        method.includes('Service.') === (backend === 'billing');
      const counts = Object.entries(sandbox.calls.counts());
      const calls = counts.filter(([method]) => isOwn(method));
      const before = unanswered[backend] + unansweredBy(backend);
      return calls.reduce((sum, [, count]) => sum + count, before);
    },
    break(backend, outage) {
      if (outage === 'refusing' || outage === 'hung') {
        sandbox.faults.set([{ backend, effect: effectOf(backend, outage) }]);
        return;
      }
      acceptedBefore = { billing: lines.billing.accepted, reseller: lines.reseller.accepted };
      lines[backend].mode = 'MUTE';
      if (outage === 'black-holed') lines[backend].freeze();
      else lines[backend].cut();
    },
    restore() {
      unanswered = {
        billing: unanswered.billing + unansweredBy('billing'),
        reseller: unanswered.reseller + unansweredBy('reseller'),
      };
      for (const backend of backends) lines[backend].mode = 'PASS';
      sandbox.faults.clear();
    },
    close() {
      for (const backend of backends) lines[backend].close();
    },
  };
}

function effectOf(backend: Backend, outage: 'refusing' | 'hung') {
  if (outage === 'hung') return { type: 'hang' } as const;
  return backend === 'billing'
    ? ({ type: 'grpc', code: 14 } as const)
    : ({ type: 'http', status: 503 } as const);
}

/** A query of one backend that shares no call with the nth query of another n. */
export function queryOf(backend: Backend, n: number): string {
  return backend === 'billing'
    ? `{ customers(resellerId: "reseller-${n}", first: 1) { nodes { id } } }`
    : `{ customer(by: { domain: "d${n}.example" }) { id } }`;
}

/** What a client saw of one query. */
export interface Seen {
  readonly backend: Backend;
  readonly at: number;
  readonly ms: number;
  /** Whether the backend answered, also with NOT_FOUND. */
  readonly isAnswered: boolean;
}

export async function ask(url: string, backend: Backend, n: number): Promise<Seen> {
  const at = performance.now();
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ query: queryOf(backend, n) });
  const response = await fetch(url, { method: 'POST', headers, body });
  const { errors = [] } = await response.json();
  const isAnswered = errors.every(
    (error: { extensions: { code: string } }) => error.extensions.code === 'NOT_FOUND',
  );
  return { backend, at, ms: performance.now() - at, isAnswered };
}

/** Sends queries to both backends at a constant rate until the signal aborts. */
export async function load(url: string, perSecond: number, signal: AbortSignal): Promise<Seen[]> {
  const seen: Promise<Seen>[] = [];
  const startedAt = performance.now();
  for (let n = 0; !signal.aborted; n++) {
    for (const backend of backends) seen.push(ask(url, backend, n));
    const due = startedAt + ((n + 1) * 1_000) / perSecond;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
  }
  return Promise.all(seen);
}
