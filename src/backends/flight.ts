import { abortable, type CallScope } from '../domain/call-scope.ts';
import { activeSpan, type TraceContext } from '../domain/tracing.ts';
import type { Turn } from './lanes.ts';

/** A call shared by several readers; it is aborted when the last reader leaves before it ends. */
export class Flight {
  readonly #controller = new AbortController();
  readonly #result: Promise<unknown>;
  readonly #turn: Turn;
  readonly #onEnd: () => void;
  /** The span of the reader that started the call. The call's attempts are its children. */
  readonly #trace: TraceContext | null = activeSpan()?.context ?? null;
  #readers = 0;
  #hasEnded = false;

  constructor(
    turn: Turn,
    start: (controller: AbortController) => Promise<unknown>,
    onEnd: () => void,
  ) {
    this.#turn = turn;
    this.#onEnd = onEnd;
    this.#result = start(this.#controller);
    const end = (): void => {
      this.#hasEnded = true;
      onEnd();
    };
    // Handles the rejection too: all readers may have aborted.
    this.#result.then(end, end);
  }

  join(scope: CallScope): Promise<unknown> {
    const { signal } = scope;
    if (this.#readers > 0 && this.#trace) activeSpan()?.link(this.#trace);
    this.#readers++;
    // A reader does not wait behind the other calls of the request that started this one.
    this.#turn.wantedBy(scope);
    return abortable(this.#result, signal, () => {
      this.#readers--;
      if (this.#readers > 0 || this.#hasEnded) return;
      this.#onEnd();
      this.#controller.abort(signal.reason);
    });
  }
}
