import type { BackendName } from './calls.ts';
import { createRandom, type Random } from './random.ts';

/** The effect of a fault on a call, after its latency. */
export type FaultEffect =
  /** Never send a response. */
  | { readonly type: 'hang' }
  /** Close the connection without a response. */
  | { readonly type: 'close' }
  /** A gRPC status, with google.rpc.RetryInfo when `retryAfterMs` is set. */
  | {
      readonly type: 'grpc';
      readonly code: number;
      readonly message?: string | undefined;
      readonly retryAfterMs?: number | undefined;
    }
  /** An HTTP error. `body` is sent unchanged; without it the response has Google's error format. */
  | {
      readonly type: 'http';
      readonly status: number;
      readonly reason?: string | undefined;
      readonly domain?: string | undefined;
      /** `null` sends the format of some front ends: `message: null` and no `errors`. */
      readonly message?: string | null | undefined;
      readonly body?: string | undefined;
      readonly contentType?: string | undefined;
      readonly headers?: Readonly<Record<string, string>> | undefined;
    };

export interface Fault {
  /** Both backends by default. */
  readonly backend?: BackendName | undefined;
  /** For example `CustomerService.List`, `OperationService.*`, `batch`; every method by default. */
  readonly method?: string | undefined;
  /** Share of the matching calls that are affected, 0 to 1; 1 by default. */
  readonly share?: number | undefined;
  /** Maximum number of affected calls; unlimited by default. */
  readonly times?: number | undefined;
  /** Delay before the response or the effect. */
  readonly latencyMs?: number | { readonly min: number; readonly max: number } | undefined;
  /** Without an effect the fault only adds its latency. */
  readonly effect?: FaultEffect | undefined;
  /** Executes the call before the effect replaces its response; false by default. */
  readonly executed?: boolean | undefined;
}

/** The combined faults of one call. */
export interface FaultDecision {
  readonly latencyMs: number;
  readonly effect: FaultEffect | undefined;
  /** Whether the call is executed although it has an effect. */
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

/** The active faults. The latencies of all matching faults add up; the first effect wins. */
export class FaultPlan {
  #active: ActiveFault[] = [];
  #random = createRandom(1);

  constructor(faults: readonly Fault[] = []) {
    this.set(faults);
  }

  /** Adds a fault and returns a function that removes it. */
  add(fault: Fault): () => void {
    const active = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.#active.push(active);
    return () => {
      this.#active = this.#active.filter((other) => other !== active);
    };
  }

  /** Replaces all faults. */
  set(faults: readonly Fault[]): void {
    this.clear();
    for (const fault of faults) this.add(fault);
  }

  clear(): void {
    this.#active = [];
    this.#random = createRandom(1);
  }

  /** Returns the faults of the next call and counts it against their `times`. */
  decide(backend: BackendName, method: string): FaultDecision {
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
