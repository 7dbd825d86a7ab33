import { z } from 'zod';
import { kinds } from './kinds.ts';

const effect = z.discriminatedUnion('type', [
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

const fault = z.strictObject({
  backend: z.enum(['billing', 'reseller']).optional(),
  method: z.string().optional(),
  share: z.number().min(0).max(1).optional(),
  times: z.int().min(0).optional(),
  latencyMs: z
    .union([z.number().min(0), z.strictObject({ min: z.int().min(0), max: z.int().min(0) })])
    .optional(),
  effect: effect.optional(),
  executed: z.boolean().optional(),
});

/** The sandbox's faults as JSON; src/sandbox/faults.ts describes the fields. */
export const faults = z
  .string()
  .transform((value, context): unknown => {
    try {
      return JSON.parse(value);
    } catch {
      context.addIssue('invalid JSON');
      return z.NEVER;
    }
  })
  .pipe(z.array(fault))
  .register(kinds, { format: 'a JSON array of faults', isHidden: true });

/** One latency or a range of them. */
export const latency = z
  .string()
  .regex(/^\d+(-\d+)?$/)
  .transform((value) => {
    const [min = 0, max = min] = value.split('-').map(Number);
    return { min, max };
  })
  .refine(({ min, max }) => min <= max)
  .register(kinds, { format: 'milliseconds (50) or an ascending range (20-80)' });
