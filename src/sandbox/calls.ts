export type BackendName = 'billing' | 'reseller';

/** One call that reached the sandbox. */
export interface UpstreamCall {
  readonly backend: BackendName;
  /** For example `CustomerService.List`, `customers.get`, `batch`. */
  readonly method: string;
  /** Request metadata or headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** True for a call inside a batch: it came with the request of the batch. */
  readonly batched: boolean;
}

const kept = 1000;

/** Counts what clients ask, by method name, and keeps the last calls to look at. */
export class CallLog {
  #counts = new Map<string, number>();
  #recent: UpstreamCall[] = [];
  #requests = 0;
  #inFlight = { billing: 0, reseller: 0 };
  #peak = { billing: 0, reseller: 0 };

  /** Notes a call; the function that comes back notes its end (once, however often it is called). */
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

  /** Calls of one method since the last reset, those inside batches included. */
  count(method: string): number {
    return this.#counts.get(method) ?? 0;
  }

  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** Requests on the wire: a batch is one, whatever it holds. */
  get requests(): number {
    return this.#requests;
  }

  /** The most requests that one backend had in hand at the same time. */
  peak(backend: BackendName): number {
    return this.#peak[backend];
  }

  /** The last calls (at most 1000), oldest first. */
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
