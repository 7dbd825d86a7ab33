import type { ServerResponse } from 'node:http';
import type { Backlog } from '../backlog.ts';
import type { Answer } from './execution.ts';
import type { Subscription } from './subscription.ts';

/** Answers of fewer characters are not counted: Node bounds how many of them wait. */
const SMALL = 50_000;

/** Counts the answers that wait for one HTTP client. */
export class Unread {
  readonly #response: ServerResponse;
  readonly #subject: string;
  readonly #backlog: Backlog;

  constructor(response: ServerResponse, subject: string, backlog: Backlog) {
    this.#response = response;
    this.#subject = subject;
    this.#backlog = backlog;
  }

  /** Counts an answer until its response is closed. */
  answer(answer: Answer): Answer {
    this.#count(answer.stringify().length);
    return answer;
  }

  /** Counts each event until the next one is read. */
  events(subscription: Subscription): AsyncIterableIterator<Answer, undefined> {
    const count = (length: number) => this.#count(length);
    let release = nothing;
    return {
      async next() {
        release();
        const next = await subscription.next();
        if (next.done) return next;
        const { result, payload } = next.value;
        release = count(payload.length);
        const text = withId(payload, subscription.position);
        return { done: false, value: { ...result, stringify: () => text } };
      },
      async return() {
        release();
        subscription.end();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** @returns the function that ends the count */
  #count(length: number): () => void {
    if (length < SMALL) return nothing;
    const response = this.#response;
    const release = this.#backlog.add(this.#subject, length, () => response.destroy());
    response.once('close', release);
    return () => {
      response.off('close', release);
      release();
    };
  }
}

function nothing(): void {}

/**
 * The data of a server-sent event, and its id: the cursor of the event. Yoga writes the text after
 * `data: `, and a line of JSON contains no line break, so another field can follow.
 */
function withId(payload: string, cursor: number): string {
  return `${payload}\nid: ${cursor}`;
}
