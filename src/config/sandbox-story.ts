import { z } from 'zod';
import { fileProblem, readFileAs } from './json-file.ts';
import { changeKinds, type SandboxSettings } from './sandbox-settings.ts';

const text = z.string().min(1).max(255);
const domain = z.string().regex(/^([a-z0-9-]+\.)+[a-z0-9-]{2,}$/, 'must be a domain in lower case');
const seats = z.int().min(0).max(1_000_000);
const days = z.number().min(-3650).max(3650);

const subscription = z.strictObject({
  skuId: text,
  plan: text,
  seats: seats.min(1),
  licensedSeats: seats.optional(),
  createdDaysAgo: days.optional(),
  renewalType: text.optional(),
  renewsInDays: days.optional(),
  trialEndsInDays: days.optional(),
  suspensionReasons: z.array(text).optional(),
  suspendedDaysAgo: days.optional(),
  purchaseOrderId: z.string().max(80).optional(),
  transferable: z.boolean().optional(),
});

const workspace = z.strictObject({
  customerId: text.optional(),
  type: z.enum(['domain', 'team']).optional(),
  alternateEmail: text.optional(),
  primaryEmail: text.optional(),
  phoneNumber: text.optional(),
  countryCode: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be two capital letters')
    .optional(),
  managedBy: z.enum(['us', 'anotherReseller', 'vendor']).optional(),
  transferToken: text.optional(),
  termsAccepted: z.boolean().optional(),
  subscriptions: z.array(subscription).optional(),
});

const billing = z.strictObject({
  customerId: z.string().min(1).max(50).optional(),
  currency: text.optional(),
  countryCode: text.optional(),
  active: z.boolean().optional(),
});

const customer = z
  .strictObject({
    name: text,
    domain: domain.optional(),
    billing: billing.optional(),
    workspace: workspace.optional(),
    linked: z.boolean().optional(),
  })
  .refine((each) => each.billing !== undefined || each.workspace !== undefined, {
    error: 'must have billing, workspace or both',
  })
  .refine((each) => each.workspace === undefined || each.domain !== undefined, {
    error: 'must have a domain, because it has workspace',
  });

const change = z.strictObject({
  afterSeconds: z.number().min(0).max(86_400),
  kind: z.enum(changeKinds),
  customer: text,
  skuId: text.optional(),
  silent: z.boolean().optional(),
});

const story = z.strictObject({
  customers: z.array(customer),
  changes: z.array(change).optional(),
});

/** The customers and changes of a story file. */
export type SandboxStory = z.output<typeof story>;

/**
 * The story that SANDBOX_SEED names; undefined when it is a number.
 * @throws ConfigError when the file cannot be read or is not a story
 */
export function readStory({ data }: SandboxSettings): SandboxStory | undefined {
  const path = data.SANDBOX_SEED;
  if (typeof path === 'number') return undefined;
  const read = readFileAs('SANDBOX_SEED', path, story, 'a story');
  checkUnique(path, read);
  return read;
}

/** Teams may share a domain. */
function checkUnique(path: string, { customers }: SandboxStory): void {
  const domains = customers.flatMap((each) => (each.workspace?.type === 'team' ? [] : each.domain));
  const billingIds = customers.map((each) => each.billing?.customerId);
  const resellerIds = customers.map((each) => each.workspace?.customerId);
  for (const [what, values] of Object.entries({ domain: domains, billingIds, resellerIds })) {
    const repeated = values.find(
      (value, index) => value !== undefined && values.indexOf(value) !== index,
    );
    if (repeated === undefined) continue;
    const name = what === 'domain' ? what : 'customerId';
    throw fileProblem('SANDBOX_SEED', path, `has the ${name} ${repeated} more than once`);
  }
}
