import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadGatewayProgram, loadSandboxProgram } from '../../src/config/programs.ts';
import { ConfigError } from '../../src/config/settings.ts';
import { codeBlocks } from '../readme.support.ts';
import { startTestGateway } from '../support/gateway.ts';
import { request } from '../support/request.ts';

const folder = mkdtempSync(join(tmpdir(), 'story-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(content: unknown): string {
  const path = join(folder, 'story.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function storyOf(content: unknown) {
  const { config } = loadSandboxProgram({ SANDBOX_SEED: fileWith(content) });
  return config.options.seed.story;
}

const page = await readFile('docs/sandbox.md', 'utf8');
const example = codeBlocks(page).find(({ language }) => language === 'json')?.text ?? '';

describe('the story of docs/sandbox.md', () => {
  test('is rehearsed through the gateway', { timeout: 20_000 }, async () => {
    const story = storyOf(example);
    if (!story) throw new Error('the page has a story');
    const { changes = [], ...beginning } = story;
    const { url, sandbox } = await startTestGateway({
      notified: true,
      sandbox: { seed: { story: beginning } },
    });
    const customers = `{ customers { nodes {
      billing { account { name active } }
      reseller { customerDomain }
      subscriptions { nodes { skuId plan { planName } seats { numberOfSeats } renewalSettings { renewalType } } }
    } } }`;
    const { data } = await request<Record<string, unknown>, object>(url, customers);
    expect(data).toMatchObject({
      customers: {
        nodes: [
          {
            billing: { account: { name: "Anna's Bakery", active: true } },
            reseller: { customerDomain: 'annas-bakery.example' },
            subscriptions: {
              nodes: [
                {
                  skuId: '1010020028',
                  plan: { planName: 'ANNUAL_MONTHLY_PAY' },
                  seats: { numberOfSeats: 20 },
                  renewalSettings: { renewalType: 'CANCEL' },
                },
                { skuId: '1010470001', plan: { planName: 'TRIAL' } },
              ],
            },
          },
          // It exists on both sides, but is not linked.
          { billing: { account: { name: 'Bo Fails Shipping' } }, reseller: null },
        ],
      },
    });

    const one = `query ($domain: String!) { customer(by: { domain: $domain }) {
      reseller { isManagedElsewhere }
      subscriptions { nodes { skuId status suspensionReasons seats { numberOfSeats } } } } }`;
    const bo = await request<Record<string, unknown>, object>(url, one, {
      domain: 'bo-shipping.example',
    });
    expect(bo.data).toMatchObject({
      customer: {
        subscriptions: { nodes: [{ status: 'SUSPENDED', suspensionReasons: ['OTHER'] }] },
      },
    });
    const cleo = await request<Record<string, unknown>, object>(url, one, {
      domain: 'cleo-travel.example',
    });
    expect(cleo.data).toMatchObject({ customer: { reseller: { isManagedElsewhere: true } } });

    // The story's own times would race with the queries above.
    sandbox.changes.follow(changes.map((change) => ({ ...change, afterSeconds: 0 })));
    const changed = async () => {
      const { data } = await request<Record<string, unknown>, object>(url, one, {
        domain: 'annas-bakery.example',
      });
      return data;
    };
    const suspended = { skuId: '1010470001', status: 'SUSPENDED', suspensionReasons: ['OTHER'] };
    await expect.poll(changed, { timeout: 10_000 }).toMatchObject({
      customer: { subscriptions: { nodes: [expect.anything(), suspended] } },
    });
    const [customer] = sandbox.store.reseller.customersAt('annas-bakery.example');
    await expect.poll(() => customer?.subscriptions[0]?.seats.numberOfSeats).toBeGreaterThan(20);
    // The suspension was announced, the seats were not.
    await expect.poll(() => sandbox.notifications.counters.acknowledged).toBe(1);
  });
});

const customer = { name: 'A', domain: 'a.example', billing: {} };
const subscription = { skuId: 'S', plan: 'FLEXIBLE', seats: 1 };
const withSubscription = (fields: object) => ({
  customers: [{ ...customer, workspace: { subscriptions: [{ ...subscription, ...fields }] } }],
});

describe('SANDBOX_SEED', () => {
  test.each<[string, unknown, RegExp]>([
    ['that is not JSON', '{', / is not JSON \(.+\)\.$/],
    ['without customers', {}, /\(at customers: /],
    [
      'with a customer of neither side',
      { customers: [{ name: 'A' }] },
      /\(at customers\.0: must have billing, workspace or both\)\.$/,
    ],
    [
      'with a Workspace customer without a domain',
      { customers: [{ name: 'A', workspace: {} }] },
      /\(at customers\.0: must have a domain, because it has workspace\)\.$/,
    ],
    [
      'with a domain in capitals',
      { customers: [{ ...customer, domain: 'A.example' }] },
      /\(at customers\.0\.domain: must be a domain in lower case\)\.$/,
    ],
    [
      'with a misspelled field',
      withSubscription({ licencedSeats: 1 }),
      /\(at customers\.0\.workspace\.subscriptions\.0: .*"licencedSeats"/,
    ],
    [
      'without seats',
      withSubscription({ seats: 0 }),
      /\(at customers\.0\.workspace\.subscriptions\.0\.seats: /,
    ],
    [
      'with an unknown change',
      { customers: [], changes: [{ afterSeconds: 1, kind: 'explosion', customer: 'a.example' }] },
      /\(at changes\.0\.kind: /,
    ],
    [
      'with a domain twice',
      { customers: [customer, customer] },
      / has the domain a\.example more than once\.$/,
    ],
    [
      'with a customerId twice',
      {
        customers: ['a', 'b'].map((name) => ({
          ...{ name, domain: `${name}.example`, workspace: { customerId: 'C1' } },
        })),
      },
      / has the customerId C1 more than once\.$/,
    ],
  ])('with a file %s is a problem of both programs', (_, content, problem) => {
    const path = fileWith(content);
    for (const load of [loadGatewayProgram, loadSandboxProgram]) {
      expect(() => load({ SANDBOX_SEED: path })).toThrow(ConfigError);
      try {
        load({ SANDBOX_SEED: path });
      } catch (error) {
        const { problems } = error as ConfigError;
        expect(problems).toEqual([expect.stringMatching(problem)]);
        expect(problems[0]).toMatch(/^SANDBOX_SEED=.*story\.json /);
      }
    }
  });

  test('with a file that does not exist is a problem', () => {
    expect(() => loadSandboxProgram({ SANDBOX_SEED: 'nowhere/story.json' })).toThrow(
      'SANDBOX_SEED=nowhere/story.json cannot be read (ENOENT).',
    );
  });
});
