import { create } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import {
  PreconditionFailureSchema,
  ResourceInfoSchema,
} from '../../gen/google/rpc/error_details_pb.ts';
import { type Status, StatusSchema } from '../../gen/google/rpc/status_pb.ts';
import { hashFraction } from '../random.ts';
import { pack } from './status.ts';

/**
 * How an operation ends. `fail`: with an error. `rollBack`: with an error that is already visible
 * while `done` is false. `slow`: succeeds after ten times the usual duration. `never`: runs until it
 * is cancelled.
 */
type Outcome = 'succeed' | 'fail' | 'rollBack' | 'slow' | 'never';

export interface OperationTiming {
  /** Range of an operation's duration, in milliseconds. */
  readonly minMs: number;
  readonly maxMs: number;
  /** Share of operations that Get does not find at first, as with lagging replicas. */
  readonly notFoundShare: number;
  /** Number of Gets that return NOT_FOUND for those. */
  readonly notFoundGets: number;
  /** Value of the header `x-operation-poll-interval`, in whole seconds; null omits the header. */
  readonly pollIntervalSeconds: number | null;
  /** Maximum number of finished operations that are kept; the oldest are removed first. */
  readonly retained: number;
  /** Overrides the outcome; undefined derives it from the customer's name. */
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

const outcomesByName: readonly (readonly [RegExp, Outcome])[] = [
  [/\brolls? back\b/i, 'rollBack'],
  [/\bfails?\b/i, 'fail'],
  [/\bnever\b/i, 'never'],
  [/\bslow\b/i, 'slow'],
];

/** By default the customer's name decides: "... fails", "... rolls back", "slow ...", "never ...". */
function chooseOutcome(timing: OperationTiming, subject: OperationSubject): Outcome {
  const { outcome } = timing;
  const chosen = typeof outcome === 'function' ? outcome(subject) : outcome;
  if (chosen !== undefined) return chosen;
  return outcomesByName.find(([pattern]) => pattern.test(subject.customerName))?.[1] ?? 'succeed';
}

/** A state that an operation enters at the time `at`. */
export interface Step {
  readonly at: number;
  readonly done: boolean;
  readonly error?: Status;
  readonly succeeded?: boolean;
}

/** All states of an operation, in order of time. */
export function planSteps(
  id: string,
  subject: OperationSubject,
  timing: OperationTiming,
  createdAt: number,
): Step[] {
  const outcome = chooseOutcome(timing, subject);
  const usual = Math.round(timing.minMs + hashFraction(id) * (timing.maxMs - timing.minMs));
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
      return [...running, { at: at(1), done: true, error: verificationError(subject) }];
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

function verificationError({ customerId, customerName }: OperationSubject): Status {
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
