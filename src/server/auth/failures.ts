import { type AuthenticationFailure, authenticationFailed } from '../../domain/telemetry.ts';
import type { Logger } from '../../log.ts';

/** Why a token is not accepted. */
export interface TokenProblem {
  readonly reason: AuthenticationFailure;
  /** Details for the log, without any part of the token. */
  readonly problem: string;
}

/** Time between two log lines of one reason: anyone can send requests without a token. */
const LOG_INTERVAL_MS = 60_000;

/**
 * Counts and logs the failures of one endpoint. The first failure of a reason is logged at once, and
 * those of the next minute as one line with their number.
 */
export class AuthenticationFailures {
  readonly #endpoint: 'graphql' | 'push';
  readonly #message: string;
  readonly #log: Pick<Logger, 'warn'>;
  /** By reason, what was not logged since its last line. */
  readonly #unlogged = new Map<AuthenticationFailure, { failures: number; problem: string }>();

  /** @param message the message of the log lines */
  constructor(endpoint: 'graphql' | 'push', message: string, log: Pick<Logger, 'warn'>) {
    this.#endpoint = endpoint;
    this.#message = message;
    this.#log = log;
  }

  record({ reason, problem }: TokenProblem): void {
    this.count(reason);
    const unlogged = this.#unlogged.get(reason);
    if (unlogged) {
      unlogged.failures++;
      unlogged.problem = problem;
      return;
    }
    this.#write(reason, problem, 1);
  }

  /** Counts a failure that is logged elsewhere. */
  count(reason: AuthenticationFailure): void {
    authenticationFailed.publish({ endpoint: this.#endpoint, reason });
  }

  #write(reason: AuthenticationFailure, problem: string, failures: number): void {
    this.#log.warn({ reason, problem, failures }, this.#message);
    this.#unlogged.set(reason, { failures: 0, problem });
    setTimeout(() => this.#endInterval(reason), LOG_INTERVAL_MS).unref();
  }

  #endInterval(reason: AuthenticationFailure): void {
    const { failures, problem } = this.#unlogged.get(reason) ?? { failures: 0, problem: '' };
    this.#unlogged.delete(reason);
    if (failures > 0) this.#write(reason, problem, failures);
  }
}

export const missingToken: TokenProblem = { reason: 'MISSING', problem: 'no bearer token' };
