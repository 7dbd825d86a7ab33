import type { Customer } from './customer.ts';
import type { SubscriptionTarget } from './subscription-target.ts';

/** The object that a mutation would change; null keys stand for one that it would create. */
export type PlannedObject =
  | { readonly type: 'Customer'; readonly customer: Customer | null }
  | { readonly type: 'ResellerSubscription'; readonly target: SubscriptionTarget | null }
  | { readonly type: 'Operation'; readonly operationId: string | null }
  | { readonly type: 'AuditEntry'; readonly writeId: string }
  | { readonly type: 'NotificationWatch' };

export type PlannedValue = string | number | boolean | readonly string[] | null;

/** One field that would get another value. */
export interface PlannedChange {
  readonly object: PlannedObject;
  /** The field below the object, as the schema names it: `seats.numberOfSeats`. */
  readonly path: string;
  /** Null when the field has no value; for an object that would be created, always. */
  readonly before: PlannedValue;
  readonly after: PlannedValue;
  /** One sentence that names the field and both values. */
  readonly summary: string;
}

/**
 * VENDOR_DECIDES: the vendor can still refuse the change. CONSEQUENCE: a further effect. NO_CHANGE:
 * the object has the wanted values already. IN_PROGRESS: the mutation would wait for another one.
 * ALREADY_RECORDED: it would return the outcome of an earlier one. PARTLY_REFUSED: a part of it would
 * fail. CONFIRMATION_REQUIRED: it needs a confirmation that a dry run does not.
 */
export type WarningCode =
  | 'VENDOR_DECIDES'
  | 'CONSEQUENCE'
  | 'NO_CHANGE'
  | 'IN_PROGRESS'
  | 'ALREADY_RECORDED'
  | 'PARTLY_REFUSED'
  | 'CONFIRMATION_REQUIRED';

/** What a person should know before the change is made. */
export interface PlannedWarning {
  readonly code: WarningCode;
  readonly message: string;
  /** The input field, named as in a `FieldViolation`; null when it is about none. */
  readonly field: string | null;
}

/** What a mutation would do, as far as that is known before it is sent. */
export interface Plan {
  /** One sentence that names the object and the change. */
  readonly summary: string;
  readonly changes: readonly PlannedChange[];
  readonly warnings: readonly PlannedWarning[];
}

/**
 * Ends a dry run with its plan. It is thrown where the mutation would begin to change something, so
 * that nothing after that point can run.
 */
export class DryRun extends Error {
  readonly plan: Plan;

  constructor(plan: Plan) {
    // Not the summary, which can hold personal data: errors are logged and traced.
    super('This mutation is a dry run.');
    this.name = 'DryRun';
    this.plan = plan;
  }
}

/** Collects the changes and warnings of a plan. */
export class PlanDraft {
  readonly #changes: PlannedChange[] = [];
  readonly #warnings: PlannedWarning[] = [];

  /**
   * Adds a change, unless both values are equal.
   * @param label names the field in a sentence: `The number of seats`. One that ends with a full stop
   *   is the whole sentence
   */
  change(
    object: PlannedObject,
    path: string,
    label: string,
    { before, after }: Pick<PlannedChange, 'before' | 'after'>,
  ): this {
    if (JSON.stringify(before) === JSON.stringify(after)) return this;
    this.#changes.push({ object, path, before, after, summary: sentence(label, before, after) });
    return this;
  }

  /** Adds a warning when the condition holds. */
  warnIf(condition: boolean, code: WarningCode, message: string, field?: string): this {
    if (condition) this.#warnings.push({ code, message, field: field ?? null });
    return this;
  }

  warn(code: WarningCode, message: string, field?: string): this {
    return this.warnIf(true, code, message, field);
  }

  /** A plan without changes has a warning that says so. */
  done(summary: string): Plan {
    const { length } = this.#changes;
    this.warnIf(length === 0, 'NO_CHANGE', 'Nothing would change: the values are set already.');
    return { summary, changes: this.#changes, warnings: this.#warnings };
  }
}

function sentence(label: string, before: PlannedValue, after: PlannedValue): string {
  if (label.endsWith('.')) return label;
  if (after === null) return `${label} (${shown(before)}) is removed.`;
  if (before === null) return `${label} is set to ${shown(after)}.`;
  return `${label} changes from ${shown(before)} to ${shown(after)}.`;
}

function shown(value: PlannedValue): string {
  if (value === null) return 'none';
  if (typeof value !== 'object') return String(value);
  return value.length === 0 ? 'none' : value.join(', ');
}
