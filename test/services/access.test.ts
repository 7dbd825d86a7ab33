import { describe, expect, test, vi } from 'vitest';
import type { CustomerLink } from '../../src/domain/customer.ts';
import { createAccess } from '../../src/services/access.ts';

const links: Record<string, CustomerLink> = {
  G1: { billing: { resellerId: 'R1', customerId: 'C1' }, resellerCustomerId: 'G1' },
  G2: { billing: { resellerId: 'R2', customerId: 'C2' }, resellerCustomerId: 'G2' },
};

function accessOf(resellers: readonly string[] | null, owner: string | null) {
  const load = vi.fn(async (id: string) => links[id] ?? null);
  const viewer = {
    ...{ subject: 'ann', rights: new Set<never>(), roles: null, expiresAt: null },
    resellers: resellers && new Set(resellers),
  };
  return { access: createAccess(viewer, owner, { load }), load };
}

const nothing = { resellerId: null, customerId: null, resellerCustomerId: null, skuId: null };

describe('a viewer sees', () => {
  test.each<[string, readonly string[] | null, string | null, string[]]>([
    ['everything without tenants', null, 'R9', ['R1', 'R2', 'G1', 'G2', 'G3', 'null']],
    ['its reseller and what is linked to it', ['R1'], 'R9', ['R1', 'G1']],
    ['what is linked to any of its resellers', ['R2', 'R1'], null, ['R1', 'R2', 'G1', 'G2']],
    ['also what is not linked when it owns that', ['R1'], 'R1', ['R1', 'G1', 'G3', 'null']],
    ['nothing without a reseller', [], 'R1', []],
  ])('%s', async (_, resellers, owner, expected) => {
    const { access } = accessOf(resellers, owner);
    const seen: string[] = [];
    for (const id of ['R1', 'R2']) if (access.seesReseller(id)) seen.push(id);
    for (const id of ['G1', 'G2', 'G3']) {
      if (await access.seesResellerCustomer(id)) seen.push(id);
    }
    if (await access.seesResellerCustomer(null)) seen.push('null');
    expect(seen).toEqual(expected);
    // A write is visible as its target is.
    for (const id of ['R1', 'R2']) {
      expect(await access.seesTarget({ ...nothing, resellerId: id })).toBe(seen.includes(id));
    }
    for (const id of ['G1', 'G2', 'G3']) {
      const target = { ...nothing, resellerCustomerId: id };
      expect(await access.seesTarget(target)).toBe(seen.includes(id));
    }
  });

  test('no reseller that is not known, when it is a tenant', () => {
    expect(accessOf(['R1'], 'R1').access.seesReseller(null)).toBe(false);
    expect(accessOf(null, null).access.seesReseller(null)).toBe(true);
  });
});

test('without tenants, no link is read', async () => {
  const { access, load } = accessOf(null, 'R1');
  await access.seesResellerCustomer('G1');
  await access.seesTarget({ ...nothing, resellerCustomerId: 'G1' });
  access.requireReseller('R7');
  access.requireUnlinked();
  expect(load).not.toHaveBeenCalled();
  expect(access.tenant).toBeUndefined();
});
