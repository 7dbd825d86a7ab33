import type { ErrorCode } from '../../domain/error.ts';

interface Problem {
  readonly code: ErrorCode;
  /** What the vendor's message says, in lower case. */
  readonly says: RegExp;
  /** The gateway's own message. */
  readonly message: string;
}

/**
 * Problems that the caller can act on, which the vendor distinguishes only by its message. The message
 * itself is not shown, because it can describe the vendor's internals.
 */
const problems: readonly Problem[] = [
  {
    code: 'CONFLICT',
    says: /multiple teams/,
    message: 'Several team customers have this domain. Use the customer id instead of the domain.',
  },
  {
    code: 'CONFLICT',
    says: /customer already exists|domain.{0,60}(?:already exists|in use|taken)/,
    message:
      'A customer with this domain already exists in the reseller API. Transfer it with its transfer token instead of ordering it.',
  },
  {
    code: 'CONFLICT',
    says: /already has.{0,60}subscription|subscription.{0,60}already exists/,
    message: 'The customer already has a subscription of this SKU.',
  },
  {
    code: 'FORBIDDEN',
    says: /(?:transfer|auth) ?token/,
    message: 'The transfer token is invalid or has expired.',
  },
  {
    code: 'FORBIDDEN',
    says: /not authorized to (?:manage|access) this customer/,
    message: 'The reseller is not authorized to manage this customer.',
  },
  {
    code: 'FAILED_PRECONDITION',
    says: /terms of service|\btos\b/,
    message: 'The terms of service have not been accepted.',
  },
  {
    code: 'FAILED_PRECONDITION',
    says: /no administrator|administrator.{0,40}(?:missing|required)/,
    message: 'The customer has no administrator.',
  },
  {
    code: 'FAILED_PRECONDITION',
    says: /not suspended/,
    message: 'The subscription is not suspended by the reseller.',
  },
  {
    code: 'FAILED_PRECONDITION',
    says: /subscription is (?:already )?suspended/,
    message: 'The subscription is suspended.',
  },
  {
    code: 'FAILED_PRECONDITION',
    says: /not in a trial/,
    message: 'The subscription is not in a trial.',
  },
  {
    code: 'FAILED_PRECONDITION',
    says: /payment plan/,
    message: 'The subscription needs a payment plan. Change its plan first.',
  },
  {
    code: 'FAILED_PRECONDITION',
    says: /cancel the add-on/,
    message: 'The subscription has an add-on. Cancel the add-on first.',
  },
  {
    code: 'FAILED_PRECONDITION',
    says: /annual plan/,
    message: 'The plan of the subscription does not permit this change before its renewal.',
  },
  {
    code: 'BAD_USER_INPUT',
    says: /\bseats?\b|\blicenses?\b/,
    message: 'The reseller API rejected the number of seats.',
  },
];

/** The gateway's message for a problem that the vendor's message names; undefined for all others. */
export function knownProblem(code: ErrorCode, vendorMessage: string): string | undefined {
  const text = vendorMessage.toLowerCase();
  return problems.find((problem) => problem.code === code && problem.says.test(text))?.message;
}
