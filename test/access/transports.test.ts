import { randomInt } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { schema } from '../../src/schema/schema.ts';
import {
  type Attack,
  attacksOn,
  leaked,
  neutral,
  sides,
  type World,
  writesOf,
} from './attacks.support.ts';
import { type Open, overSse, overWebSocket, type Results } from './streams.support.ts';
import { startTenants, type Tenant } from './tenants.support.ts';

const transports: [name: string, open: (url: string, token: string) => Open][] = [
  ['WebSocket', overWebSocket],
  ['SSE', overSse],
];

/** Equal to the same errors over HTTP: each transport has its own order of members. */
function comparable(text: string | undefined, { named }: Attack): unknown {
  return text === undefined ? text : JSON.parse(neutral(JSON.parse(text), named));
}

test('a tenant gets the same answers over every transport', { timeout: 60_000 }, async () => {
  const world = await startTenants();
  const { main: victim, second: attacker } = world;
  const opens = transports.map(([, open]) => open(world.url, attacker.token));
  const roots = [schema.getQueryType(), schema.getMutationType()];
  const attacks = roots.flatMap((root) => attacksOn(root, { victim, attacker }));
  world.sandbox.calls.reset();
  const sent = attacks
    .filter(({ name }) => name.endsWith('(0)'))
    .map((attack) => ({
      attack,
      answers: opens.map((open) => open(attack.query, attack.variables)),
    }));
  for (const { attack, answers } of sent) {
    const { name, query, variables } = attack;
    const expected = await world.ask(attacker.token, query, variables);
    const same = comparable(JSON.stringify(expected), attack);
    for (const results of answers) {
      await expect.poll(() => results.length, { interval: 2, timeout: 10_000 }).toBe(1);
      expect(leaked(results, attack, victim), name).toEqual([]);
      expect(comparable(results[0], attack), name).toEqual(same);
    }
  }
  expect(writesOf(world)).toEqual([]);
});

describe.each(transports)('over %s', (_, overTransport) => {
  test.each(sides)('%s receives no event of another tenant', async (_name, sidesOf) => {
    const world = await startTenants();
    const { victim, attacker } = sidesOf(world);
    const open = overTransport(world.url, attacker.token);
    const attacks = attacksOn(schema.getSubscriptionType(), { victim, attacker });
    const streams = attacks.map((attack) => ({
      attack,
      seen: open(attack.query, attack.variables),
      ghost: attack.missing && open(attack.query, attack.missing.variables),
    }));
    const unfiltered = streams.flatMap(({ attack, seen }) =>
      attack.missing === null && attack.name.endsWith('(0)') ? [seen] : [],
    );
    expect(unfiltered).toHaveLength(4);
    // First what is stored already, then what happens from now on: the victim's events come first.
    const { messageId, operation, portfolioChange } = attacker.ids;
    await received(unfiltered, [messageId, operation, portfolioChange]);
    const later = await happen(world, victim);
    const own = await happen(world, attacker);
    await received(unfiltered, [own.messageId, own.operation, own.seats]);

    for (const { attack, seen, ghost } of streams) {
      const all = { ...victim, secrets: [...victim.secrets, ...Object.values(later)] };
      const { name, named, missing } = attack;
      expect(leaked(seen, attack, all), name).toEqual([]);
      if (!ghost || !missing) continue;
      const same = ghost.map((text) => neutral(JSON.parse(text), missing.named));
      expect(
        seen.map((text) => neutral(JSON.parse(text), named)),
        name,
      ).toEqual(same);
    }
  });
});

/** Waits until the streams of all notifications, operations, audit entries and changes have these. */
async function received(streams: readonly Results[], names: readonly string[]) {
  const isIn = (results: Results, id: string): boolean => results.some((text) => text.includes(id));
  await expect
    .poll(() => streams.filter((results) => names.some((name) => isIn(results, name))), {
      ...{ interval: 2, timeout: 10_000 },
    })
    .toHaveLength(streams.length);
}

/** An operation, its audit entry, a notification and a change of a subscription. */
async function happen({ ask, push, sandbox }: World, { token, ids }: Tenant) {
  const { data } = await ask(
    token,
    `mutation ($input: ActivateCustomerInput!) { activateCustomer(input: $input) {
      ... on ActivateCustomerSuccess { operation { id } auditEntry { id } } } }`,
    { input: { customer: ids.customer } },
  );
  const { operation, auditEntry } = Object(data?.['activateCustomer']);
  const record = sandbox.store.reseller.customer(ids.resellerCustomerId);
  const changed = record?.subscriptions.find(({ skuId }) => skuId === ids.skuId);
  if (!changed) throw new Error('the tenant has no subscription');
  const licensedNumberOfSeats = randomInt(100_000_000, 999_999_999);
  changed.seats = { ...changed.seats, licensedNumberOfSeats };
  const messageId = await push({
    customer_id: ids.resellerCustomerId,
    event_type: 'SUBSCRIPTION_RENEWED',
  });
  const seats = String(licensedNumberOfSeats);
  return { operation: String(operation.id), auditEntry: String(auditEntry.id), messageId, seats };
}
