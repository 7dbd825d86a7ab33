import { abortable, type CallScope } from '../domain/call-scope.ts';
import type { Turn } from './lanes.ts';

/** A call shared by several readers; it is aborted when the last reader leaves. */
export class Flight {
  readonly #controller = new AbortController();
  readonly #result: Promise<unknown>;
  readonly #turn: Turn;
  readonly #onEnd: () => void;
  #readers = 0;

  constructor(turn: Turn, start: (signal: AbortSignal) => Promise<unknown>, onEnd: () => void) {
    this.#turn = turn;
    this.#onEnd = onEnd;
    this.#result = start(this.#controller.signal).finally(onEnd);
    // All readers may have aborted, so nothing else handles the rejection.
    this.#result.catch(() => {});
  }

  async join(scope: CallScope): Promise<unknown> {
    const { signal } = scope;
    this.#readers++;
    // A reader does not wait behind the other calls of the request that started this one.
    this.#turn.wantedBy(scope);
    try {
      return await abortable(this.#result, signal);
    } finally {
      this.#readers--;
      if (this.#readers === 0) {
        this.#onEnd();
        this.#controller.abort(signal.reason);
      }
    }
  }
}
