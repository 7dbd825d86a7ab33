import { GatewayError } from '../../../domain/error.ts';
import type { Limits } from '../../../domain/limits.ts';
import { Queue } from '../../../domain/queue.ts';
import { tooLong } from './answer-json.ts';
import { slices } from './slices.ts';

/** Errors of one answer. Further fields that fail are null without an error. */
const MAX_ERRORS = 1_000;

/** Values that are so few that their request never waits for others. */
const FEW = 100;
/** Values and fields of a request that is not divided into slices. */
const SHORT = 5_000;
/** Fields that wait for backends or the store at the same time. When they fail, they fail together. */
const MAX_PENDING = 2_000;

/** Counts what one request does while it runs, and stops it at a limit. */
export class Meter {
  readonly #limits: Limits;
  readonly #stop: (reason: GatewayError) => void;
  #values = 0;
  #characters = 0;
  #calls = 0;
  #expected = 0;
  #errors = 0;
  /** Fields of objects so far. */
  #fields = 0;
  #pending = 0;
  readonly #waiting = new Queue<() => void>();
  #failure: GatewayError | null = null;

  /** @param stop aborts the request with a reason */
  constructor(limits: Limits, stop: (reason: GatewayError) => void) {
    this.#limits = limits;
    this.#stop = stop;
  }

  /** Objects and leaf fields so far. */
  get values(): number {
    return this.#values;
  }

  /** Characters of the leaf fields so far. */
  get characters(): number {
    return this.#characters;
  }

  /** Backend calls so far. */
  get calls(): number {
    return this.#calls;
  }

  /** Why the request was stopped; null while it is within its limits. */
  get failure(): GatewayError | null {
    return this.#failure;
  }

  /** How many errors were left out of the answer. */
  get omittedErrors(): number {
    return Math.max(0, this.#errors - MAX_ERRORS);
  }

  /** @throws GatewayError when the answer has too many values */
  countValues(values: number): void {
    this.#values += values;
    const { cost } = this.#limits;
    if (this.#values <= cost) return;
    this.#fail(
      `The answer has more than ${cost} values (objects and leaf fields). Use a smaller first, or select fewer fields.`,
    );
  }

  /** @throws GatewayError when the leaf values of the answer are too long */
  countText(value: unknown): void {
    if (typeof value === 'string') this.#characters += value.length;
    else if (isJson(value)) this.#characters += JSON.stringify(value).length;
    const { answerBytes } = this.#limits;
    if (this.#characters > answerBytes) this.#fail(tooLong(answerBytes));
  }

  /** @throws GatewayError when the request makes too many backend calls */
  countCall(): void {
    const { backendCalls } = this.#limits;
    if (++this.#calls <= backendCalls) return;
    this.#fail(
      `The request needs more than ${backendCalls} backend calls. Use a smaller first, or select fewer fields.`,
    );
  }

  /** Whether the slice is used up. Short requests are not divided, so that their reads are batched. */
  isOver(fields = 0): boolean {
    return this.#values + this.#fields + fields > SHORT && slices.isOver();
  }

  /** Sets how many values the answer can hold, by the estimate that was made before execution. */
  expect(values: number): void {
    this.#expected = values;
  }

  /** Whether the request can wait while others go on, because it is for more than a few values. */
  get isLong(): boolean {
    return this.#expected > FEW;
  }

  /** Whether a field can be resolved at once; otherwise it has to wait for its turn. */
  hasRoom(): boolean {
    this.#fields++;
    return this.#pending < MAX_PENDING && !this.isOver();
  }

  /** Takes a place for a field that waits, to give back with `release`. */
  take(): void {
    this.#pending++;
  }

  /** Resolves when there is a place for a field, which is then taken, and time to resolve it. */
  async turn(): Promise<void> {
    if (this.#pending < MAX_PENDING) this.#pending++;
    else await new Promise<void>((resolve) => this.#waiting.add(resolve));
    if (slices.isOver()) await slices.next();
  }

  /** Hands the place of a field to the next one that waits for its turn. */
  release(): void {
    const next = this.#waiting.take();
    if (next) next();
    else this.#pending--;
  }

  /** Whether the answer has room for another error. */
  admitsError(): boolean {
    return ++this.#errors <= MAX_ERRORS;
  }

  #fail(message: string): never {
    this.#failure ??= new GatewayError('BAD_USER_INPUT', message);
    this.#stop(this.#failure);
    throw this.#failure;
  }
}

/** Lists and objects of JSON fields; dates are leaves too. */
function isJson(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Date);
}
