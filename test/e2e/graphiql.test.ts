import { existsSync, readdirSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { activateFirstCustomer, startGatewayWithOutcome } from '../server/operations.support.ts';

const executablePath = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => existsSync(path));
const why = executablePath
  ? ''
  : ' (SKIPPED: no Chromium at /usr/bin/chromium; apt-get install chromium)';
const documents = readdirSync(new URL('../../schema/operations/', import.meta.url)).filter((name) =>
  name.endsWith('.graphql'),
);

describe.skipIf(!executablePath)(`GraphiQL in a browser${why}`, () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: [
        ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
        ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      ],
    });
  });
  afterAll(() => browser?.close());

  /** GraphiQL, opened for the first time, and what the page asked for and complained of. */
  async function openGraphiQL(url: string) {
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const foreign: string[] = [];
    const complaints: string[] = [];
    const { host } = new URL(url);
    const note = (address: string): void => {
      const { protocol, host: asked } = new URL(address);
      if (/^(http|ws)s?:$/.test(protocol) && asked !== host) foreign.push(address);
    };
    page.on('request', (request) => note(request.url()));
    page.on('websocket', (socket) => note(socket.url()));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(url);
    await page.getByRole('tab').first().waitFor();
    return { page, foreign, complaints };
  }

  function result(page: Page): Promise<string> {
    return page.locator('.graphiql-response .view-lines').innerText();
  }

  test('opens with a tab per document, runs the first, and asks nobody but the gateway', async () => {
    const { url } = await startGatewayWithOutcome('succeed');
    const { page, foreign, complaints } = await openGraphiQL(url);
    expect(await page.title()).toBe('Reseller gateway');
    expect(await page.getByRole('tab').count()).toBe(documents.length);
    await page.getByRole('button', { name: 'Execute query (Ctrl-Enter)' }).click();
    await expect.poll(() => result(page), { timeout: 10_000 }).toContain('"customers"');
    expect(complaints).toEqual([]);
    expect(foreign).toEqual([]);
  });

  test('streams a subscription over WebSocket', async () => {
    const { url, sandbox } = await startGatewayWithOutcome('never');
    const id = await activateFirstCustomer(url);
    const query = `subscription { operationUpdated(id: "${id}") { status modifiedAt } }`;
    const { page, foreign, complaints } = await openGraphiQL(
      `${url}?query=${encodeURIComponent(query)}`,
    );
    const socket = page.waitForEvent('websocket');
    await page.getByRole('button', { name: 'Execute query (Ctrl-Enter)' }).click();
    expect((await socket).url()).toBe(url.replace('http', 'ws'));
    await expect.poll(() => result(page)).toContain('"RUNNING"');
    sandbox.operations.cancel(Buffer.from(id, 'base64url').toString().split(':')[1] ?? '');
    await expect.poll(() => result(page)).toContain('"CANCELLED"');
    expect(complaints).toEqual([]);
    expect(foreign).toEqual([]);
  });
});
