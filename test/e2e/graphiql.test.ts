import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { productDocuments } from '../../src/server/documents/product-documents.ts';
import { activateFirstCustomer, startGatewayWithOutcome } from '../server/operations.support.ts';

const executablePath = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => existsSync(path));
const why = executablePath
  ? ''
  : ' (SKIPPED: no Chromium at /usr/bin/chromium; apt-get install chromium)';
const documents = productDocuments();

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
  async function openGraphiQL(url: string, options: BrowserContextOptions = {}) {
    const context = await browser.newContext({
      viewport: { width: 1400, height: 900 },
      ...options,
    });
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

  const run = (page: Page) =>
    page.getByRole('button', { name: 'Execute query (Ctrl-Enter)' }).click();

  test('opens with a panel of documents, runs the first, and asks nobody but the gateway', async () => {
    const { url } = await startGatewayWithOutcome('succeed');
    const { page, foreign, complaints } = await openGraphiQL(url);
    expect(await page.title()).toBe('Reseller gateway');
    expect(await page.getByRole('tab').count()).toBe(1);
    expect(await page.locator('.gateway-panel a').count()).toBe(documents.length);
    await run(page);
    await expect.poll(() => result(page), { timeout: 10_000 }).toContain('"customers"');
    expect(complaints).toEqual([]);
    expect(foreign).toEqual([]);
  });

  test('opens a document of the panel with its variables, in a tab of its own', async () => {
    const { url } = await startGatewayWithOutcome('succeed');
    const { page, complaints } = await openGraphiQL(url);
    await page.locator('.gateway-panel a', { hasText: 'CatalogSku' }).click();
    await page.locator('.gateway-panel a[aria-current]', { hasText: 'CatalogSku' }).waitFor();
    expect(await page.getByRole('tab').allInnerTexts()).toEqual(['Customers', 'CatalogSku']);
    const variables = page.locator('.graphiql-editor-tool .view-lines').first();
    await expect.poll(() => variables.innerText()).toContain('1010020028');
    await run(page);
    await expect.poll(() => result(page)).toContain('TRANSFER_TO_DIRECT');
    expect(complaints).toEqual([]);
  });

  test('keeps all events of a subscription, the newest first', async () => {
    const { url, sandbox } = await startGatewayWithOutcome('never');
    const id = await activateFirstCustomer(url);
    const query = `subscription { operationUpdated(id: "${id}") { status modifiedAt } }`;
    const { page, foreign, complaints } = await openGraphiQL(
      `${url}?query=${encodeURIComponent(query)}`,
    );
    await run(page);
    await expect.poll(() => result(page)).toContain('"RUNNING"');
    sandbox.operations.cancel(Buffer.from(id, 'base64url').toString().split(':')[1] ?? '');
    await expect.poll(() => result(page)).toContain('"CANCELLED"');
    const text = await result(page);
    expect(text.indexOf('"CANCELLED"')).toBeLessThan(text.indexOf('"RUNNING"'));
    await expect.poll(() => result(page)).toContain('"complete"');
    expect(complaints).toEqual([]);
    expect(foreign).toEqual([]);
  });

  /** Where the screenshots are kept, for people to look at. */
  const screenshots = join(tmpdir(), 'reseller-gateway-screenshots');

  test.each<[string, BrowserContextOptions]>([
    ['light-1280', { viewport: { width: 1280, height: 800 } }],
    ['dark-1280', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }],
    ['light-420', { viewport: { width: 420, height: 860 } }],
  ])('shows what to do first, without scrolling sideways (%s)', async (name, options) => {
    const { url } = await startGatewayWithOutcome('succeed');
    const { page } = await openGraphiQL(url, options);
    const width = options.viewport?.width ?? 0;
    const isVisible = async (selector: string): Promise<boolean> => {
      const box = await page.locator(selector).first().boundingBox();
      const height = options.viewport?.height ?? 0;
      return box !== null && box.x >= 0 && box.x + box.width <= width && box.y < height;
    };
    await expect
      .poll(() => page.locator('.graphiql-query-editor .view-line').count())
      .toBeGreaterThan(5);
    for (const selector of [
      '.gateway-panel a',
      '.graphiql-query-editor',
      '.graphiql-execute-button',
    ]) {
      expect({ selector, visible: await isVisible(selector) }).toEqual({ selector, visible: true });
    }
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    const title = page.locator('.graphiql-logo span');
    if (width > 700) expect((await title.boundingBox())?.height).toBeLessThan(30);
    mkdirSync(screenshots, { recursive: true });
    const path = join(screenshots, `graphiql-${name}.png`);
    await page.screenshot({ path });
    console.log(`screenshot: ${path}`);
  });
});
