import type { CancelSignal } from '../domain/cancellation.ts';
import { type BackendName, GatewayError } from '../domain/error.ts';
import { breakerChanged } from '../domain/telemetry.ts';
import type { BackendLog } from './log.ts';

export interface BreakerOptions {
  readonly service: BackendName;
  /** The host that the log names. */
  readonly host: string;
  readonly log?: BackendLog | undefined;
  /** Called when the breaker opens, so that suspect connections can be replaced. */
  onOpen?(): void;
}

/**
 * The breaker opens after this many failures in a row, without any answer in between, and when the host
 * has failed for this time, so that a restart of the backend does not open it.
 */
const FAILURES_TO_OPEN = 5;
const MIN_FAILING_MS = 1_000;
/** Delay before the first probe, and between later ones. At most 20 fit into an outage of 30 s. */
const FIRST_PROBE_MS = 1_000;
const PROBE_INTERVAL_MS = 1_800;
/** A call that another deadline than its own ended sooner says nothing about the host. */
const MIN_SILENCE_MS = 1_000;

type State =
  /** `failingSince` is the start of the first of the failed calls. */
  | { readonly name: 'CLOSED'; readonly failures: number; readonly failingSince: number }
  | { readonly name: 'OPEN'; readonly probeAt: number; readonly openedAt: number };

const answering: State = { name: 'CLOSED', failures: 0, failingSince: Number.POSITIVE_INFINITY };

/** What a call that ended says about its host: it answered, it failed, or neither. */
type Evidence = 'ANSWERED' | 'FAILED' | 'NONE';

/**
 * Stops calling a host that fails. While it is open, calls are rejected before anything is sent, and
 * one call in each interval is let through as a probe. Any answer closes it, also one that reports an
 * error. Probes do not wait for earlier probes, because a backend that is hung never ends them.
 */
export class Breaker {
  readonly #options: BreakerOptions;
  #state: State = answering;

  constructor(options: BreakerOptions) {
    this.#options = options;
    this.#publish(false);
  }

  /** Whether calls are rejected, except for probes. */
  get isOpen(): boolean {
    return this.#state.name === 'OPEN';
  }

  /**
   * Rejects a call that `run` would reject, before it waits for its turn.
   * @throws GatewayError UNAVAILABLE while the breaker is open and no probe is due
   */
  check(): void {
    const state = this.#state;
    if (state.name === 'OPEN' && performance.now() < state.probeAt) throw this.#rejection(state);
  }

  /**
   * Begins one attempt of a call, which `answered` or `failed` ends.
   * @returns when it began, by `performance.now()`
   * @throws GatewayError UNAVAILABLE when the host must not be called
   */
  begin(): number {
    this.check();
    this.#postponeProbe();
    return performance.now();
  }

  /** @param failure what the response reports; null when it is an answer */
  answered(failure: GatewayError | null, signal: CancelSignal, startedAt: number): void {
    this.#record(evidenceOf(failure, signal, startedAt), startedAt);
  }

  failed(error: unknown, signal: CancelSignal, startedAt: number): void {
    this.#record(evidenceOf(error, signal, startedAt), startedAt);
  }

  /** Runs one attempt of a call, or rejects with UNAVAILABLE when the host must not be called. */
  run<T>(signal: CancelSignal, attempt: () => Promise<T>): Promise<T> {
    let startedAt: number;
    try {
      startedAt = this.begin();
    } catch (error) {
      return Promise.reject(error);
    }
    return attempt().then(
      (response) => {
        this.answered(null, signal, startedAt);
        return response;
      },
      (error: unknown) => {
        this.failed(error, signal, startedAt);
        throw error;
      },
    );
  }

  /**
   * Runs a preparation of a call, such as connecting. It is not a probe: its success does not show that
   * the host answers calls, and the call must still be let through. Its failure counts.
   */
  async prepare<T>(signal: CancelSignal, preparation: () => Promise<T>): Promise<T> {
    this.check();
    const startedAt = performance.now();
    try {
      return await preparation();
    } catch (error) {
      const evidence = evidenceOf(error, signal, startedAt);
      if (evidence === 'FAILED') this.#postponeProbe();
      this.#record(evidence, startedAt);
      throw error;
    }
  }

  #postponeProbe(): void {
    if (this.#state.name === 'CLOSED') return;
    this.#state = { ...this.#state, probeAt: performance.now() + PROBE_INTERVAL_MS };
  }

  #record(evidence: Evidence, startedAt: number): void {
    if (evidence === 'ANSWERED') this.#close();
    if (evidence !== 'FAILED' || this.#state.name === 'OPEN') return;
    const failures = this.#state.failures + 1;
    const failingSince = Math.min(this.#state.failingSince, startedAt);
    this.#state = { name: 'CLOSED', failures, failingSince };
    const isLong = performance.now() - failingSince >= MIN_FAILING_MS;
    if (failures >= FAILURES_TO_OPEN && isLong) this.#open();
  }

  #open(): void {
    const { service, host, log, onOpen } = this.#options;
    const openedAt = performance.now();
    this.#state = { name: 'OPEN', openedAt, probeAt: openedAt + FIRST_PROBE_MS };
    log?.warn({ service, host }, 'backend host fails, calls are rejected until it answers a probe');
    this.#publish(true);
    onOpen?.();
  }

  #publish(isOpen: boolean): void {
    const { service, host } = this.#options;
    breakerChanged.publish({ service, host, isOpen });
  }

  #close(): void {
    const { service, host, log } = this.#options;
    if (this.#state.name === 'OPEN') {
      const ms = Math.round(performance.now() - this.#state.openedAt);
      log?.info({ service, host, ms }, 'backend host answers again');
      this.#publish(false);
    }
    this.#state = answering;
  }

  #rejection({ probeAt }: { readonly probeAt: number }): GatewayError {
    const { service } = this.#options;
    return new GatewayError('UNAVAILABLE', `The ${service} API is unavailable. Retry later.`, {
      service,
      retryable: true,
      retryAfterMs: Math.max(1, Math.ceil(probeAt - performance.now())),
      nothingSent: true,
    });
  }
}

/** @param error null when the host answered */
function evidenceOf(error: unknown, signal: CancelSignal, startedAt: number): Evidence {
  if (error === null) return 'ANSWERED';
  if (isTimeout(error)) {
    // The deadline of a request or a write may end a call that has only begun; its own does not.
    const isOwn = error instanceof GatewayError && error.service !== undefined;
    const elapsedMs = performance.now() - startedAt;
    return isOwn || elapsedMs >= MIN_SILENCE_MS ? 'FAILED' : 'NONE';
  }
  if (!(error instanceof GatewayError) || signal.aborted) return 'NONE';
  if (error.code !== 'UNAVAILABLE') return 'ANSWERED';
  // The host was reached but cannot be used, such as an API that is not enabled.
  return error.retryable ? 'FAILED' : 'NONE';
}

function isTimeout(error: unknown): boolean {
  if (error instanceof GatewayError) return error.code === 'DEADLINE_EXCEEDED';
  return error instanceof DOMException && error.name === 'TimeoutError';
}
