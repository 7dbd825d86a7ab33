import { describe, expect, test } from 'vitest';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { schema } from '../../src/schema/schema.ts';
import { attacksOn, leaked, neutral, nodeFields, sides, writesOf } from './attacks.support.ts';
import { startTenants, type Tenant } from './tenants.support.ts';

/** The global id of a tenant's object of a type. */
function nodeIdOf(type: string, { ids }: Tenant): string {
  const byType: Record<string, string> = {
    Customer: ids.customer,
    ResellerSubscription: ids.subscription,
    Operation: ids.operation,
    AuditEntry: ids.auditEntry,
    Notification: ids.notification,
    BillingCustomer: encodeGlobalId('BillingCustomer', ids.resellerId, ids.billingCustomerId),
    BillingAccount: encodeGlobalId('BillingAccount', ids.resellerId, ids.billingCustomerId),
    ResellerCustomer: encodeGlobalId('ResellerCustomer', ids.resellerCustomerId),
    PortfolioChange: ids.portfolioChange,
    PortfolioCustomer: ids.portfolioCustomer,
    PortfolioSubscription: ids.portfolioSubscription,
  };
  const id = byType[type];
  if (!id) throw new Error(`the access tests have no ${type}`);
  return id;
}

describe.each(sides)('%s', (_, sidesOf) => {
  test('gets for every root field what it gets for objects that do not exist', {
    timeout: 60_000,
  }, async () => {
    const world = await startTenants();
    const { victim, attacker } = sidesOf(world);
    const roots = [schema.getQueryType(), schema.getMutationType()];
    const attacks = roots.flatMap((root) => attacksOn(root, { victim, attacker }));
    world.sandbox.calls.reset();
    const problems: string[] = [];
    for (const attack of attacks) {
      const { name, query, variables, named, missing } = attack;
      const answer = await world.ask(attacker.token, query, variables);
      const text = JSON.stringify(answer);
      const leaks = leaked(answer, attack, victim);
      if (leaks.length > 0) problems.push(`${name} leaks ${leaks.join(', ')}: ${text}`);
      if (query.startsWith('mutation') && /Success|"DryRun"/.test(text)) {
        problems.push(`${name} succeeds: ${text}`);
      }
      if (text.includes('BAD_USER_INPUT') && !text.includes('of the same customer')) {
        problems.push(`${name} is invalid: ${text}`);
      }
      if (!missing) continue;
      const ghost = await world.ask(attacker.token, query, missing.variables);
      const [seen, unseen] = [neutral(answer, named), neutral(ghost, missing.named)];
      if (seen !== unseen) problems.push(`${name}: ${seen} instead of ${unseen}`);
    }
    expect(problems).toEqual([]);
    expect(writesOf(world)).toEqual([]);
    expect(attacks.length).toBeGreaterThan(100);
  });

  test('reaches no field of a node of another tenant', { timeout: 60_000 }, async () => {
    const world = await startTenants();
    const { victim, attacker } = sidesOf(world);
    const problems: string[] = [];
    for (const { name, type, query } of nodeFields()) {
      const variables = { id: nodeIdOf(type, victim) };
      const [asVictim, asAttacker, own] = await Promise.all([
        world.ask(victim.token, query, variables),
        world.ask(attacker.token, query, variables),
        world.ask(attacker.token, query, { id: nodeIdOf(type, attacker) }),
      ]);
      if (asVictim.errors || !asVictim.data?.['node']) {
        problems.push(`${name} is not tested: ${JSON.stringify(asVictim)}`);
      }
      if (JSON.stringify(asAttacker) !== '{"data":{"node":null}}') {
        problems.push(`${name}: ${JSON.stringify(asAttacker)}`);
      }
      const leaks = leaked(own, { variables: {} }, victim);
      if (leaks.length > 0) problems.push(`${name} leaks ${leaks.join(', ')}`);
    }
    expect(problems).toEqual([]);
  });
});
