import { isRefused } from '../../backends/reseller/refusals.ts';
import { GatewayError } from '../../domain/error.ts';
import { NotCarriedOut } from '../not-carried-out.ts';
import type { ReadBack } from '../write-spec.ts';
import { ABSENT, done, UNCLEAR } from './verdict.ts';

/*
 * A write of several subscriptions is one record with one batch. Each part has its own outcome, in
 * the order of the request.
 */

export type PartResult<T> = T | GatewayError;

/** A batch failed, or some of its parts were not answered: they may have been carried out. */
class UnansweredParts extends GatewayError {
  constructor(cause: unknown) {
    const message = 'The reseller API did not answer for every subscription.';
    super('UNAVAILABLE', message, { service: 'reseller', cause });
  }
}

/** Writes whose answered parts are remembered, at most. */
const MAX_REMEMBERED = 1_000;

/** Remembers the answered parts of batches, so that only the others are read back. */
export class AnsweredParts<T> {
  readonly #byWrite = new Map<string, readonly PartResult<T>[]>();

  /**
   * Sends a batch. Returns the results when every part was answered and one was carried out.
   * @throws GatewayError a refusal when nothing was sent or every part was refused; another one when
   *   a part was not answered
   */
  async send(
    writeId: string,
    sendBatch: () => Promise<readonly PartResult<T>[]>,
  ): Promise<readonly PartResult<T>[]> {
    const answers = await sendBatch().catch((error: unknown) => {
      throw isNotSent(error) ? error : new UnansweredParts(error);
    });
    const results = answers.map(withIndex);
    const failures = results.filter((result) => result instanceof GatewayError);
    const unanswered = failures.find((failure) => !isRefused(failure));
    if (unanswered) {
      this.#remember(writeId, results);
      throw new UnansweredParts(unanswered);
    }
    const [first] = failures;
    if (!first || failures.length < results.length) return results;
    if (failures.length === 1) throw first;
    throw first.with({}, `None of the subscriptions was changed: ${first.message}`);
  }

  /** Undefined when the part has no known answer. */
  get(writeId: string, index: number): PartResult<T> | undefined {
    const result = this.#byWrite.get(writeId)?.[index];
    return result instanceof GatewayError && !isRefused(result) ? undefined : result;
  }

  #remember(writeId: string, results: readonly PartResult<T>[]): void {
    this.#byWrite.set(writeId, results);
    const [oldest] = this.#byWrite.keys();
    if (this.#byWrite.size > MAX_REMEMBERED && oldest !== undefined) this.#byWrite.delete(oldest);
  }
}

/** A failed response to a batch, even a 4xx, says nothing about its parts. */
function isNotSent(error: unknown): boolean {
  if (!(error instanceof GatewayError)) return false;
  return error.nothingSent || (error.code === 'BAD_USER_INPUT' && error.service === undefined);
}

/** The violations of a part begin with its place: `subscriptions.1.seats`. */
function withIndex<T>(result: PartResult<T>, index: number): PartResult<T> {
  if (!(result instanceof GatewayError) || result.violations.length === 0) return result;
  const violations = result.violations.map(({ field, description }) => ({
    ...{ field: `subscriptions.${index}.${field}`, description },
  }));
  return result.with({ violations });
}

/** Combines the verdicts of the parts; a part that is conclusively absent becomes an error. */
export function combine<T>(
  parts: readonly ReadBack<PartResult<T>>[],
  isConclusive: boolean,
): ReadBack<readonly PartResult<T>[]> {
  const isOpen = parts.some(
    ({ type }) => type === 'unclear' || (type === 'absent' && !isConclusive),
  );
  if (isOpen) return UNCLEAR;
  const results = parts.map((part) => (part.type === 'done' ? part.answer : new NotCarriedOut()));
  return results.every((result) => result instanceof GatewayError) ? ABSENT : done(results);
}
