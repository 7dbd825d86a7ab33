import type { BackendName } from './calls.ts';
import { createRandom, type Random } from './random.ts';

/** What a fault does to a call, after its latency. */
export type FaultEffect =
  /** Never answer. */
  | { readonly type: 'hang' }
  /** Close the connection without an answer. */
  | { readonly type: 'close' }
  /** A gRPC status; details are given as google.rpc.RetryInfo when `retryAfterMs` is there. */
  | {
      readonly type: 'grpc';
      readonly code: number;
      readonly message?: string | undefined;
      readonly retryAfterMs?: number | undefined;
    }
  /** An HTTP error. `body` is sent as it is; without it the answer has Google's error shape. */
  | {
      readonly type: 'http';
      readonly status: number;
      readonly reason?: string | undefined;
      readonly domain?: string | undefined;
      /** `null` gives the shape some front ends answer: `message: null` and no `errors`. */
      readonly message?: string | null | undefined;
      readonly body?: string | undefined;
      readonly contentType?: string | undefined;
      readonly headers?: Readonly<Record<string, string>> | undefined;
    };

export interface Fault {
  /** Absent: both. */
  readonly backend?: BackendName | undefined;
  /** `CustomerService.List`, `OperationService.*`, `subscriptions.get`, `batch`; absent: every one. */
  readonly method?: string | undefined;
  /** How many of the matching calls are touched, 0 to 1; default all. */
  readonly share?: number | undefined;
  /** Only the next so many matching calls. */
  readonly times?: number | undefined;
  /** Added before the answer or the effect. */
  readonly latencyMs?: number | { readonly min: number; readonly max: number } | undefined;
  /** Absent: the call is slowed down only. */
  readonly effect?: FaultEffect | undefined;
  /** The call is carried out first and only its answer is spoilt; default false. */
  readonly executed?: boolean | undefined;
}

/** What happens to one call. */
export interface Verdict {
  readonly latencyMs: number;
  readonly effect: FaultEffect | undefined;
  /** Whether the call is carried out although it has an effect. */
  readonly executed: boolean;
}

interface ActiveFault {
  readonly fault: Fault;
  left: number;
}

function matches(fault: Fault, backend: BackendName, method: string): boolean {
  if (fault.backend !== undefined && fault.backend !== backend) return false;
  if (fault.method === undefined || fault.method === '*') return true;
  return fault.method.endsWith('*')
    ? method.startsWith(fault.method.slice(0, -1))
    : method === fault.method;
}

function latencyOf(latency: Fault['latencyMs'], random: Random): number {
  if (latency === undefined) return 0;
  return typeof latency === 'number' ? latency : random.int(latency.min, latency.max);
}

/** The faults in force. Latencies of all matching faults add up; the first effect wins. */
export class FaultPlan {
  #active: ActiveFault[] = [];
  #random = createRandom(1);

  constructor(faults: readonly Fault[] = []) {
    this.set(faults);
  }

  /** Adds one; the function that comes back takes it away again. */
  add(fault: Fault): () => void {
    const active = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.#active.push(active);
    return () => {
      this.#active = this.#active.filter((other) => other !== active);
    };
  }

  /** Replaces all. */
  set(faults: readonly Fault[]): void {
    this.clear();
    for (const fault of faults) this.add(fault);
  }

  clear(): void {
    this.#active = [];
    this.#random = createRandom(1);
  }

  /** Decides about one call, and uses up the faults that count their calls. */
  take(backend: BackendName, method: string): Verdict {
    let latencyMs = 0;
    let effect: FaultEffect | undefined;
    let executed = false;
    for (const active of this.#active) {
      const { fault } = active;
      if (active.left <= 0 || !matches(fault, backend, method)) continue;
      if (fault.effect !== undefined && effect !== undefined) continue;
      if (fault.share !== undefined && !this.#random.chance(fault.share)) continue;
      active.left -= 1;
      latencyMs += latencyOf(fault.latencyMs, this.#random);
      if (fault.effect === undefined) continue;
      effect = fault.effect;
      executed = fault.executed ?? false;
    }
    return { latencyMs, effect, executed };
  }
}
