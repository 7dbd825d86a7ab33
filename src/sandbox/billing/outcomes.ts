import { create } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import {
  PreconditionFailureSchema,
  ResourceInfoSchema,
} from '../../gen/google/rpc/error_details_pb.ts';
import { type Status, StatusSchema } from '../../gen/google/rpc/status_pb.ts';
import { shareOf } from '../random.ts';
import { pack } from './status.ts';

/**
 * How an operation ends: `succeed`; `fail`: at once with an error; `rollBack`: the error shows first
 * while `done` is still false; `slow`: succeeds after ten times the usual time; `never`: runs until
 * it is cancelled.
 */
type Outcome = 'succeed' | 'fail' | 'rollBack' | 'slow' | 'never';

export interface OperationTiming {
  /** An operation takes between these two, in milliseconds. */
  readonly minMs: number;
  readonly maxMs: number;
  /** Share of operations that Get does not find at first, because replicas lag. */
  readonly notFoundShare: number;
  /** How many Gets answer NOT_FOUND for those. */
  readonly notFoundGets: number;
  /** Sent as `x-operation-poll-interval`, whole seconds; null: not sent. */
  readonly pollIntervalSeconds: number | null;
  /** Finished operations that are kept; the oldest go first. */
  readonly retained: number;
  /** Decides instead of the customer's name; undefined leaves it to the name. */
  readonly outcome: Outcome | ((operation: OperationSubject) => Outcome | undefined) | undefined;
}

export interface OperationSubject {
  /** `Invite`, `CreateResellerServed`, `Activate` or `Suspend`. */
  readonly kind: string;
  readonly customerId: string;
  readonly customerName: string;
}

export const defaultTiming: OperationTiming = {
  minMs: 1000,
  maxMs: 3000,
  notFoundShare: 0.1,
  notFoundGets: 2,
  pollIntervalSeconds: null,
  retained: 10_000,
  outcome: undefined,
};

const slowFactor = 10;

const nameSays: readonly (readonly [RegExp, Outcome])[] = [
  [/\brolls? back\b/i, 'rollBack'],
  [/\bfails?\b/i, 'fail'],
  [/\bnever\b/i, 'never'],
  [/\bslow\b/i, 'slow'],
];

/** The customer's name decides ("... fails", "... rolls back", "slow ...", "never ..."). */
function chooseOutcome(timing: OperationTiming, subject: OperationSubject): Outcome {
  const { outcome } = timing;
  const chosen = typeof outcome === 'function' ? outcome(subject) : outcome;
  if (chosen !== undefined) return chosen;
  return nameSays.find(([pattern]) => pattern.test(subject.customerName))?.[1] ?? 'succeed';
}

/** One state that an operation enters at a time of its own. */
export interface Step {
  readonly at: number;
  readonly done: boolean;
  readonly error?: Status;
  readonly succeeded?: boolean;
}

/** The whole life of an operation, known from the beginning; reading it at a time is enough. */
export function planSteps(
  id: string,
  subject: OperationSubject,
  timing: OperationTiming,
  createdAt: number,
): Step[] {
  const outcome = chooseOutcome(timing, subject);
  const usual = Math.round(timing.minMs + shareOf(id) * (timing.maxMs - timing.minMs));
  const duration = outcome === 'slow' ? usual * slowFactor : usual;
  const at = (share: number) => createdAt + Math.round(duration * share);
  const running: Step[] = [
    { at: createdAt, done: false },
    { at: at(0.2), done: false },
    { at: at(0.5), done: false },
  ];
  switch (outcome) {
    case 'never':
      return running;
    case 'fail':
      return [...running, { at: at(1), done: true, error: refusal(subject) }];
    case 'rollBack':
      return [
        ...running,
        { at: at(0.6), done: false, error: rollbackError(subject, 'in progress') },
        { at: at(1), done: true, error: rollbackError(subject, 'finished') },
      ];
    default:
      return [...running, { at: at(1), done: true, succeeded: true }];
  }
}

function refusal({ customerId, customerName }: OperationSubject): Status {
  const detail = create(PreconditionFailureSchema, {
    violations: [
      {
        type: 'BILLING_ACCOUNT_CHECK',
        subject: customerId,
        description: `The data of "${customerName}" did not pass verification`,
      },
    ],
  });
  return create(StatusSchema, {
    code: status.FAILED_PRECONDITION,
    message: 'The customer did not pass verification',
    details: [pack(PreconditionFailureSchema, detail)],
  });
}

function rollbackError({ customerId }: OperationSubject, rollback: string): Status {
  const detail = create(ResourceInfoSchema, {
    resourceType: 'yandex.cloud.billing.v1.Customer',
    resourceName: customerId,
    description: `Rollback is ${rollback}`,
  });
  return create(StatusSchema, {
    code: status.INTERNAL,
    message: 'The billing account could not be changed; the changes are rolled back',
    details: [pack(ResourceInfoSchema, detail)],
  });
}

export function cancellation(): Status {
  return create(StatusSchema, { code: status.CANCELLED, message: 'The operation was cancelled' });
}
