import type { CallScope } from '../domain/call-scope.ts';
import type { Plan } from '../domain/plan.ts';
import { OutcomeUnknown } from '../domain/write.ts';
import type { WriteStore } from '../store/writes/write-store.ts';
import { type Decision, type DecisionOptions, decide } from './decision.ts';
import { describe, keyConflict, linkTaken } from './new-write.ts';
import type { WriteCaller, WriteSpec } from './write-spec.ts';

export interface DryRunsDeps extends DecisionOptions {
  readonly store: Pick<WriteStore, 'related'>;
}

export type DryRuns = ReturnType<typeof createDryRuns>;

/** Finds out what would become of a write. Records nothing, and uses no idempotency key. */
export function createDryRuns({ store, ...options }: DryRunsDeps) {
  /**
   * @throws OutcomeUnknown when the write would continue an earlier one without an outcome and may
   *   send nothing; another GatewayError when it would be refused
   */
  async function plan<A, T>(
    spec: WriteSpec<A, T>,
    caller: WriteCaller,
    scope: CallScope,
  ): Promise<Plan> {
    scope.signal.throwIfAborted();
    const write = describe(spec, caller, scope);
    const decision = decide(write, await store.related(write), options);
    if (decision !== 'record') {
      const earlier = earlierOutcome(decision, spec.linkTo);
      if (earlier) return earlier;
    }
    await spec.ready(scope);
    await spec.check?.();
    const plan = await spec.plan(scope);
    if (decision === 'record') return plan;
    const message = 'Another change of this object is in progress. The mutation waits for it.';
    const warning = { code: 'IN_PROGRESS', message, field: null } as const;
    return { ...plan, warnings: [...plan.warnings, warning] };
  }

  return { plan };
}

/** Null when the write would be sent after another one. */
function earlierOutcome(decision: Decision, linkTo: string | null): Plan | null {
  switch (decision.type) {
    case 'wait':
      return null;
    case 'keyConflict':
      throw keyConflict();
    case 'linkConflict':
      throw linkTaken(linkTo);
    case 'unknown':
      throw new OutcomeUnknown(decision.write.record);
    default: {
      const { mutation, outcome } = decision.write.record;
      const message =
        outcome === 'DONE'
          ? 'The same change was made before. The mutation returns its result again and sends nothing; to make the change once more, send a new idempotencyKey.'
          : 'The same change has no outcome yet. The mutation continues it.';
      return {
        summary: `Returns the outcome of an earlier ${mutation}.`,
        changes: [],
        warnings: [{ code: 'ALREADY_RECORDED', message, field: null }],
      };
    }
  }
}
