import { pause } from '../domain/call-scope.ts';

/** One thing that the gateway depends on. */
export interface ReadinessCheck {
  /** As it appears in the causes, such as `store`. */
  readonly name: string;
  /** Whether the gateway can serve nothing without it. */
  readonly isRequired: boolean;
  /** Returns what is wrong, or null. It may take long: it runs once at a time. */
  check(): Promise<string | null>;
}

export interface Readiness {
  readonly ok: boolean;
  /** What is wrong, such as `billing: cannot connect`. A backend that is down does not make `ok` false. */
  readonly causes: readonly string[];
}

/** A result is used for this time, so that probes cost nothing, however many there are. */
const FRESH_MS = 1_000;
/** A required check that takes longer has failed. */
const REQUIRED_MS = 2_000;
/** Probes are often given a second, and must not fail because a backend is slow. */
const OPTIONAL_MS = 300;

const SHUTTING_DOWN: Readiness = { ok: false, causes: ['gateway: shutting down'] };

/** Whether this instance should receive requests, and why not. */
export function createReadiness(
  checks: readonly ReadinessCheck[],
  shutdown: AbortSignal,
): () => Promise<Readiness> {
  const problemsOf = checks.map(cached);
  return async () => {
    if (shutdown.aborted) return SHUTTING_DOWN;
    const problems = await Promise.all(problemsOf.map((problem) => problem()));
    if (shutdown.aborted) return SHUTTING_DOWN;
    const found = checks.map((check, index) => ({ ...check, problem: problems[index] ?? null }));
    const failed = found.filter(({ problem }) => problem !== null);
    return {
      ok: !failed.some(({ isRequired }) => isRequired),
      causes: failed.map(({ name, problem }) => `${name}: ${problem}`),
    };
  };
}

/** Runs a check once at a time, and waits for it only as long as a probe may take. */
function cached({ check, isRequired }: ReadinessCheck): () => Promise<string | null> {
  let last: string | null = null;
  let freshUntil = 0;
  let running: Promise<string | null> | null = null;

  async function run(): Promise<string | null> {
    last = await check().catch(() => 'unavailable');
    freshUntil = performance.now() + FRESH_MS;
    return last;
  }

  return async () => {
    if (performance.now() < freshUntil) return last;
    running ??= run().finally(() => {
      running = null;
    });
    const waiting = new AbortController();
    const late = pause(isRequired ? REQUIRED_MS : OPTIONAL_MS, waiting.signal).then(
      () => (isRequired ? 'does not respond' : last),
      () => null,
    );
    const problem = await Promise.race([running, late]);
    waiting.abort();
    return problem;
  };
}
