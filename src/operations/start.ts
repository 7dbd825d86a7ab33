import type { BillingClient } from '../backends/billing/client.ts';
import type { CallScope } from '../domain/call-scope.ts';
import { GatewayError } from '../domain/error.ts';
import { type Operation, type OperationEntry, withKnown } from '../domain/operation.ts';
import type { Logger } from '../log.ts';
import type { Intent, OperationJournal } from '../store/operations/journal.ts';
import { type BillingRequest, customerOf, parseRequest, sendRequest } from './request.ts';

export interface StartsDeps {
  readonly billing: BillingClient;
  readonly journal: Pick<OperationJournal, 'intend' | 'started' | 'refused' | 'interrupted'>;
  readonly log: Logger;
}

/** Few enough to finish before they count as interrupted again. */
const REPEAT_BATCH = 50;

/** The scope of an idempotency key: keys are unique per caller. */
export interface IdempotencyScope {
  readonly caller: string;
  readonly idempotencyKey: string;
}

/**
 * Starts operations so that none is lost: records the request before it calls billing, and the
 * operation before it returns. Repeats a call that a crash interrupted, with the same key.
 */
export class Starts {
  readonly #deps: StartsDeps;

  constructor(deps: StartsDeps) {
    this.#deps = deps;
  }

  /**
   * @param check runs before the call and refuses it by throwing; skipped when the key is known
   * @returns the new operation, or the id of the one that was started with this key before
   * @throws GatewayError UNAVAILABLE when the journal cannot be written (nothing is sent); CONFLICT
   *   when the key was used for a different request
   */
  async start(
    request: BillingRequest,
    { caller, idempotencyKey }: IdempotencyScope,
    scope: CallScope,
    check?: () => Promise<void>,
  ): Promise<OperationEntry | string> {
    const { resellerId, customerId } = customerOf(request);
    const intent = await this.#deps.journal.intend({
      ...{ idempotencyKey, caller, kind: request.kind, request, resellerId },
      customerId: customerId || null,
      linkTo: ('linkTo' in request ? request.linkTo : null) ?? null,
      createdAt: new Date(),
    });
    if (!isSame(intent.request, request)) {
      const message = 'This idempotency key was used for a different request; use a new key.';
      throw new GatewayError('CONFLICT', message);
    }
    if (intent.operationId !== null) return intent.operationId;
    try {
      await check?.();
    } catch (error) {
      await this.#deleteIntent(intent);
      throw error;
    }
    // A client that received a failure must not find the call repeated later. At shutdown the client
    // receives no response, so the intent stays for recovery.
    const operation = await this.#send(intent, request, scope, () => !scope.signal.aborted);
    // If this fails, the intent remains, and its key finds the operation.
    return this.#deps.journal.started(caller, idempotencyKey, operation);
  }

  /** Repeats interrupted calls and returns their operations. */
  async recover(olderThanMs: number, scope: CallScope): Promise<OperationEntry[]> {
    const interrupted = await this.#deps.journal.interrupted(olderThanMs, REPEAT_BATCH);
    const recovered = await Promise.all(interrupted.map((intent) => this.#repeat(intent, scope)));
    return recovered.filter((entry) => entry !== null);
  }

  async #repeat(intent: Intent, scope: CallScope): Promise<OperationEntry | null> {
    const { caller, idempotencyKey, kind } = intent;
    const { journal, log } = this.#deps;
    try {
      const request = parseRequest(intent.request);
      // No client is waiting: while the backend is unavailable, the intent stays for the next round.
      const operation = await this.#send(intent, request, scope, isFinal);
      const entry = await journal.started(caller, idempotencyKey, operation);
      log.info({ idempotencyKey, kind }, 'interrupted start repeated');
      return entry;
    } catch (error) {
      log.warn({ err: error, idempotencyKey, kind }, 'interrupted start not repeated');
      return null;
    }
  }

  /** @param isFinalFailure whether to delete the intent after this failure */
  async #send(
    intent: Intent,
    request: BillingRequest,
    scope: CallScope,
    isFinalFailure: (error: unknown) => boolean,
  ): Promise<Operation> {
    try {
      const { idempotencyKey } = intent;
      const operation = await sendRequest(this.#deps.billing, request, idempotencyKey, scope);
      return withKnown(operation, customerOf(request));
    } catch (error) {
      if (isFinalFailure(error)) await this.#deleteIntent(intent);
      throw error;
    }
  }

  async #deleteIntent({ caller, idempotencyKey }: Intent): Promise<void> {
    try {
      await this.#deps.journal.refused(caller, idempotencyKey);
    } catch (error) {
      this.#deps.log.error({ err: error, idempotencyKey }, 'intent of a refused start not deleted');
    }
  }
}

function isSame(kept: unknown, request: BillingRequest): boolean {
  const parsed = JSON.stringify(parseRequest(kept));
  return parsed === JSON.stringify(parseRequest(request));
}

/** Whether billing refused the request itself. Other failures say nothing about the first call. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof GatewayError) || error.retryable) return false;
  return error.code !== 'UNAUTHENTICATED' && error.code !== 'INTERNAL_SERVER_ERROR';
}
