import type { BillingClient } from '../backends/billing/client.ts';
import type { CallScope } from '../domain/call-scope.ts';
import { GatewayError } from '../domain/error.ts';
import { type Operation, type OperationEntry, withKnown } from '../domain/operation.ts';
import type { Logger } from '../log.ts';
import type { DurableJournal, Intent } from '../store/operations/journal.ts';
import { type BillingRequest, parseRequest, sendRequest, subjectOf } from './request.ts';

export interface StartsDeps {
  readonly billing: BillingClient;
  readonly journal: Pick<DurableJournal, 'intend' | 'started' | 'refused' | 'interrupted'>;
  readonly log: Logger;
}

/** Few enough for all to be over before they count as interrupted again. */
const REPEATED_AT_ONCE = 50;

/** Who asks for an operation, and under which key. */
export interface Asked {
  readonly caller: string;
  readonly idempotencyKey: string;
}

/**
 * Starts operations so that none is lost: what is about to be asked is kept before the call goes out,
 * and what it gave before anybody is told. Whatever a crash interrupts is repeated with its key.
 */
export class Starts {
  readonly #deps: StartsDeps;

  constructor(deps: StartsDeps) {
    this.#deps = deps;
  }

  /**
   * @param check refuses by throwing, before anything is sent; not asked when the key is known
   * @returns the new operation, or the id of the one that the key started before
   * @throws GatewayError UNAVAILABLE, with nothing sent, when the journal cannot be written; CONFLICT
   *   when the key stands for another request
   */
  async start(
    request: BillingRequest,
    { caller, idempotencyKey }: Asked,
    scope: CallScope,
    check?: () => Promise<void>,
  ): Promise<OperationEntry | string> {
    const { resellerId, customerId } = subjectOf(request);
    const intent = await this.#deps.journal.intend({
      ...{ idempotencyKey, caller, kind: request.kind, request, resellerId },
      customerId: customerId || null,
      linkTo: ('linkTo' in request ? request.linkTo : null) ?? null,
      createdAt: new Date(),
    });
    if (!isSame(intent.request, request)) {
      throw new GatewayError('CONFLICT', 'This idempotency key stands for another request.');
    }
    if (intent.operationId !== null) return intent.operationId;
    try {
      await check?.();
    } catch (error) {
      await this.#forget(intent);
      throw error;
    }
    // A client that is told of a failure must not find it done later. When the gateway stops before
    // the answer is there, nobody is told.
    const operation = await this.#send(intent, request, scope, () => !scope.signal.aborted);
    // Should this fail, the intent is left, and the operation is found again by its key.
    return this.#deps.journal.started(caller, idempotencyKey, operation);
  }

  /** Repeats what was cut off before its answer was kept. Gives the operations. */
  async recover(olderThanMs: number, scope: CallScope): Promise<OperationEntry[]> {
    const interrupted = await this.#deps.journal.interrupted(olderThanMs, REPEATED_AT_ONCE);
    const recovered = await Promise.all(interrupted.map((intent) => this.#repeat(intent, scope)));
    return recovered.filter((entry) => entry !== null);
  }

  async #repeat(intent: Intent, scope: CallScope): Promise<OperationEntry | null> {
    const { caller, idempotencyKey, kind } = intent;
    const { journal, log } = this.#deps;
    try {
      const request = parseRequest(intent.request);
      // Nobody is told here: while the backend is away, it is kept for the next time.
      const operation = await this.#send(intent, request, scope, isFinal);
      const entry = await journal.started(caller, idempotencyKey, operation);
      log.info({ idempotencyKey, kind }, 'an interrupted start was repeated');
      return entry;
    } catch (error) {
      log.warn({ err: error, idempotencyKey, kind }, 'a start was not repeated');
      return null;
    }
  }

  /** @param isForgotten whether a failure ends the matter, so that recovery leaves it alone */
  async #send(
    intent: Intent,
    request: BillingRequest,
    scope: CallScope,
    isForgotten: (error: unknown) => boolean,
  ): Promise<Operation> {
    try {
      const { idempotencyKey } = intent;
      const operation = await sendRequest(this.#deps.billing, request, idempotencyKey, scope);
      return withKnown(operation, subjectOf(request));
    } catch (error) {
      if (isForgotten(error)) await this.#forget(intent);
      throw error;
    }
  }

  async #forget({ caller, idempotencyKey }: Intent): Promise<void> {
    try {
      await this.#deps.journal.refused(caller, idempotencyKey);
    } catch (error) {
      this.#deps.log.error({ err: error, idempotencyKey }, 'a refused start was not forgotten');
    }
  }
}

function isSame(kept: unknown, request: BillingRequest): boolean {
  const parsed = JSON.stringify(parseRequest(kept));
  return parsed === JSON.stringify(parseRequest(request));
}

/** Whether the backend refused the request itself; its own failure says nothing of the first call. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof GatewayError) || error.retryable) return false;
  return error.code !== 'UNAUTHENTICATED' && error.code !== 'INTERNAL_SERVER_ERROR';
}
