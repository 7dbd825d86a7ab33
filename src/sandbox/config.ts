import { z } from 'zod';
import { defaultTiming } from './billing/outcomes.ts';
import type { Fault } from './faults.ts';
import { defaultDelivery } from './reseller/push-settings.ts';
import type { SandboxOptions } from './sandbox.ts';
import { defaultSeed } from './seed/seed.ts';

/** Everything that is wrong with the environment, one line per variable. */
export class SandboxConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The sandbox's configuration is not valid:\n${problems.join('\n')}`);
    this.name = 'SandboxConfigError';
    this.problems = problems;
  }
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export interface SandboxConfig {
  readonly options: SandboxOptions;
  readonly logLevel: (typeof logLevels)[number];
}

const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max));
const share = z
  .string()
  .regex(/^\d*\.?\d+$/, 'must be a number from 0 to 1')
  .transform(Number)
  .pipe(z.number().min(0).max(1));
const port = whole(0, 65_535);
const duration = whole(0, 86_400_000);
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an HTTP URL' });

const latency = z
  .string()
  .regex(/^\d+(-\d+)?$/, 'must be milliseconds (50) or a range of them (20-80)')
  .transform((text) => {
    const [min = 0, max = min] = text.split('-').map(Number);
    return { min, max };
  })
  .refine(({ min, max }) => min <= max, 'the range must begin with the smaller number');

const latencySchema = z.union([
  z.number().min(0),
  z.strictObject({ min: z.int().min(0), max: z.int().min(0) }),
]);

const effectSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('hang') }),
  z.strictObject({ type: z.literal('close') }),
  z.strictObject({
    type: z.literal('grpc'),
    code: z.int().min(1).max(16),
    message: z.string().optional(),
    retryAfterMs: z.number().min(0).optional(),
  }),
  z.strictObject({
    type: z.literal('http'),
    status: z.int().min(400).max(599),
    reason: z.string().optional(),
    domain: z.string().optional(),
    message: z.string().nullable().optional(),
    body: z.string().optional(),
    contentType: z.string().optional(),
    headers: z.record(z.string(), z.string()).optional(),
  }),
]);

const faultSchema: z.ZodType<Fault> = z.strictObject({
  backend: z.enum(['billing', 'reseller']).optional(),
  method: z.string().optional(),
  share: z.number().min(0).max(1).optional(),
  times: z.int().min(0).optional(),
  latencyMs: latencySchema.optional(),
  effect: effectSchema.optional(),
  executed: z.boolean().optional(),
});

const faults = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue('must be JSON: a list of faults');
      return z.NEVER;
    }
  })
  .pipe(z.array(faultSchema));

const environment = z
  .object({
    SANDBOX_HOST: z.string().default('127.0.0.1'),
    SANDBOX_BILLING_PORT: port.default(50_051),
    SANDBOX_RESELLER_PORT: port.default(8081),
    SANDBOX_SEED: whole(0, 2 ** 31).default(defaultSeed.seed),
    SANDBOX_CUSTOMERS: whole(0, 1_000_000).default(defaultSeed.customers),
    SANDBOX_LATENCY_MS: latency.optional(),
    SANDBOX_OPERATION_MIN_MS: duration.default(defaultTiming.minMs),
    SANDBOX_OPERATION_MAX_MS: duration.default(defaultTiming.maxMs),
    SANDBOX_OPERATION_NOT_FOUND_SHARE: share.default(defaultTiming.notFoundShare),
    SANDBOX_OPERATION_POLL_INTERVAL_S: whole(0, 3600).optional(),
    SANDBOX_TERMS_ACCEPTED_AFTER_MS: duration.optional(),
    SANDBOX_PUSH_ENDPOINT: httpUrl.optional(),
    SANDBOX_NOTIFICATION_DUPLICATES: share.default(defaultDelivery.duplicates),
    SANDBOX_NOTIFICATION_DISORDER: share.default(defaultDelivery.disorder),
    SANDBOX_NOTIFICATION_LOSS: share.default(defaultDelivery.loss),
    SANDBOX_ERROR_SHARE: share.default(0),
    SANDBOX_FAULTS: faults.default([]),
    SANDBOX_TOKEN: z.string().optional(),
    SANDBOX_LOG_LEVEL: z.enum(logLevels).default('info'),
  })
  .refine(({ SANDBOX_OPERATION_MIN_MS: min, SANDBOX_OPERATION_MAX_MS: max }) => min <= max, {
    path: ['SANDBOX_OPERATION_MIN_MS'],
    message: 'must not exceed SANDBOX_OPERATION_MAX_MS',
  });

type Environment = z.infer<typeof environment>;

/** Both backends answer a share of their calls with "unavailable". */
function unavailable(amount: number): readonly Fault[] {
  if (amount === 0) return [];
  return [
    { backend: 'billing', share: amount, effect: { type: 'grpc', code: 14 } },
    { backend: 'reseller', share: amount, effect: { type: 'http', status: 503 } },
  ];
}

function toOptions(env: Environment): SandboxOptions {
  const slow = env.SANDBOX_LATENCY_MS;
  const terms = env.SANDBOX_TERMS_ACCEPTED_AFTER_MS;
  return {
    host: env.SANDBOX_HOST,
    billingPort: env.SANDBOX_BILLING_PORT,
    resellerPort: env.SANDBOX_RESELLER_PORT,
    seed: { seed: env.SANDBOX_SEED, customers: env.SANDBOX_CUSTOMERS },
    operations: {
      minMs: env.SANDBOX_OPERATION_MIN_MS,
      maxMs: env.SANDBOX_OPERATION_MAX_MS,
      notFoundShare: env.SANDBOX_OPERATION_NOT_FOUND_SHARE,
      pollIntervalSeconds: env.SANDBOX_OPERATION_POLL_INTERVAL_S ?? null,
    },
    notifications: {
      endpoint: env.SANDBOX_PUSH_ENDPOINT ?? null,
      duplicates: env.SANDBOX_NOTIFICATION_DUPLICATES,
      disorder: env.SANDBOX_NOTIFICATION_DISORDER,
      loss: env.SANDBOX_NOTIFICATION_LOSS,
    },
    faults: [
      ...(slow === undefined ? [] : [{ latencyMs: slow }]),
      ...unavailable(env.SANDBOX_ERROR_SHARE),
      ...env.SANDBOX_FAULTS,
    ],
    token: env.SANDBOX_TOKEN,
    ...(terms === undefined ? {} : { termsAcceptedAfterMs: terms }),
  };
}

/**
 * Reads the SANDBOX_ variables; an empty one counts as missing. Throws SandboxConfigError with every
 * problem at once.
 */
export function loadSandboxConfig(
  env: Readonly<Record<string, string | undefined>>,
): SandboxConfig {
  const given = Object.entries(env).filter(([, value]) => value !== undefined && value !== '');
  const parsed = environment.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path: [name, ...inner], message }) =>
        `${String(name)}: ${inner.length === 0 ? '' : `${inner.join('.')}: `}${message}`,
    );
    throw new SandboxConfigError(problems);
  }
  return { options: toOptions(parsed.data), logLevel: parsed.data.SANDBOX_LOG_LEVEL };
}
