/** Retries that a burst of failures can use before any successful call has paid for them. */
const INITIAL = 5;
const MAX = 10;
const SHARE = 0.1;

/**
 * Lets retries add at most a tenth to the calls, so that they do not multiply the load of an outage.
 * Every call pays in a tenth of a retry. A quiet gateway can still retry a few times.
 */
export class RetryBudget {
  #retries = INITIAL;

  recordCall(): void {
    this.#retries = Math.min(MAX, this.#retries + SHARE);
  }

  /** Returns whether a retry is allowed, and takes it from the budget. */
  take(): boolean {
    if (this.#retries < 1) return false;
    this.#retries--;
    return true;
  }
}
