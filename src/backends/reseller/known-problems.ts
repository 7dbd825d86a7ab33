import type { ErrorCode } from '../../domain/error.ts';

interface Problem {
  /** What the vendor's message says, in lower case. */
  readonly says: RegExp;
  /** The gateway's own message. */
  readonly message: string;
  /** Whether the text alone shows that the state of a subscription is the problem. */
  readonly isState?: true;
}

/**
 * Problems by code that the caller can act on, which the vendor distinguishes only by its message. The message
 * itself is not shown, because it can describe the vendor's internals.
 */
const problems: Partial<Record<ErrorCode, readonly Problem[]>> = {
  CONFLICT: [
    {
      says: /multiple teams/,
      message:
        'Several team customers have this domain. Use the customer id instead of the domain.',
    },
    {
      says: /customer already exists|domain.{0,60}(?:already exists|in use|taken)/,
      message:
        'A customer with this domain already exists in the reseller API. Transfer it with its transfer token instead of ordering it.',
    },
    {
      says: /already has.{0,60}subscription|subscription.{0,60}already exists/,
      message: 'The customer already has a subscription of this SKU.',
    },
  ],
  FORBIDDEN: [
    {
      says: /(?:transfer|auth) ?token/,
      message: 'The transfer token is invalid or has expired.',
    },
    {
      says: /not authorized to (?:manage|access) this customer/,
      message: 'The reseller is not authorized to manage this customer.',
    },
  ],
  FAILED_PRECONDITION: [
    {
      says: /terms of service|\btos\b|pending_tos/,
      message: 'The terms of service have not been accepted.',
      isState: true,
    },
    {
      says: /no administrator|administrator.{0,40}(?:missing|required)/,
      message: 'The customer has no administrator.',
    },
    {
      says: /not (?:currently )?suspended|subscription is (?:already )?active/,
      message: 'The subscription is not suspended by the reseller.',
      isState: true,
    },
    {
      says: /subscription (?:is|was|has been) (?:already |currently )?suspended|already suspended/,
      message: 'The subscription is suspended.',
      isState: true,
    },
    {
      says: /subscription (?:is|was|has been) (?:already )?cancell?ed/,
      message: 'The subscription is cancelled.',
      isState: true,
    },
    {
      says: /only (?:a |an )?paid.{0,60}suspend|(?:free|trial).{0,60}cannot be suspended/,
      message: 'Only a paid, active subscription can be suspended.',
      isState: true,
    },
    {
      says: /not (?:in|on) (?:a )?trial|already.{0,20}\bpaid\b/,
      message: 'The subscription is not in a trial.',
      isState: true,
    },
    {
      says: /payment plan/,
      message: 'The subscription needs a payment plan. Change its plan first.',
    },
    {
      says: /cancel the add-on/,
      message: 'The subscription has an add-on. Cancel the add-on first.',
    },
    {
      says: /annual plan/,
      message: 'The plan of the subscription does not permit this change before its renewal.',
    },
  ],
  BAD_USER_INPUT: [
    {
      says: /\bseats?\b|\blicenses?\b/,
      message: 'The reseller API rejected the number of seats.',
    },
  ],
};

/** The gateway's message for a problem that the vendor's message names; undefined for all others. */
export function knownProblem(code: ErrorCode, vendorMessage: string): string | undefined {
  const text = vendorMessage.toLowerCase();
  return problems[code]?.find(({ says }) => says.test(text))?.message;
}

/** Whether a message shows that the state of a subscription is the problem, whatever its code. */
export function namesState(vendorMessage: string): boolean {
  const text = vendorMessage.toLowerCase();
  const all = Object.values(problems).flat();
  return all.some(({ isState, says }) => isState === true && says.test(text));
}
