export type BackendName = 'billing' | 'reseller';

/** One call that the sandbox received. */
export interface UpstreamCall {
  readonly backend: BackendName;
  /** For example `CustomerService.List`, `customers.get`, `batch`. */
  readonly method: string;
  /** Request metadata or headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the call was part of a batch request. */
  readonly batched: boolean;
}

const kept = 1000;

/** Counts calls by method name and keeps the latest 1000. */
export class CallLog {
  #counts = new Map<string, number>();
  #recent: UpstreamCall[] = [];
  #requests = 0;
  #inFlight = { billing: 0, reseller: 0 };
  #peak = { billing: 0, reseller: 0 };

  /** Records a call. The returned function records its end and can be called more than once. */
  start(call: UpstreamCall): () => void {
    this.#counts.set(call.method, this.count(call.method) + 1);
    this.#recent.push(call);
    if (this.#recent.length > kept) this.#recent.shift();
    if (call.batched) return () => {};
    this.#requests += 1;
    this.#inFlight[call.backend] += 1;
    this.#peak[call.backend] = Math.max(this.#peak[call.backend], this.#inFlight[call.backend]);
    let running = true;
    return () => {
      if (running) this.#inFlight[call.backend] -= 1;
      running = false;
    };
  }

  /** Calls of one method since the last reset, including those in batches. */
  count(method: string): number {
    return this.#counts.get(method) ?? 0;
  }

  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** Number of requests on the wire; a batch counts as one. */
  get requests(): number {
    return this.#requests;
  }

  /** Maximum number of concurrent requests to one backend. */
  peak(backend: BackendName): number {
    return this.#peak[backend];
  }

  /** The latest calls, at most 1000, oldest first. */
  get recent(): readonly UpstreamCall[] {
    return this.#recent;
  }

  reset(): void {
    this.#counts.clear();
    this.#recent = [];
    this.#requests = 0;
    this.#peak = { ...this.#inFlight };
  }
}
