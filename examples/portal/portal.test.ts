import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';

test('filters subscriptions, activates a customer and shows what happens', async (t) => {
  const server = await createServer({ root: import.meta.dirname, server: { port: 0 } });
  t.after(() => server.close());
  await server.listen();
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  t.after(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1280, height: 760 } });
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (line) => /error|warn/.test(line.type()) && complaints.push(line.text()));
  page.on('dialog', (dialog) => dialog.accept());
  await page.goto(server.resolvedUrls?.local[0] ?? '');

  const total = page.locator('dl div', { hasText: 'Subscriptions' }).locator('dd');
  const rows = page.locator('tbody tr');
  await page.getByRole('combobox').selectOption('SUSPENDED');
  await total.getByText('50', { exact: true }).waitFor();
  await page.getByRole('combobox').selectOption('ACTIVE');
  await page.getByRole('searchbox').fill('bakery');
  await rows.filter({ hasNotText: 'akery' }).first().waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Seats' }).click();
  await page.getByRole('button', { name: 'Seats ▲' }).click();
  await page.getByRole('button', { name: 'Seats ▼' }).waitFor();
  const seats = async () => (await rows.locator('td:nth-child(4)').allInnerTexts()).map(Number);
  const sorted = (await seats()).toSorted((a, b) => b - a);
  await rows.first().getByText(String(sorted[0]), { exact: true }).first().waitFor();
  assert.deepEqual(await seats(), sorted);

  await page.getByRole('button', { name: 'Nordlicht Bakery' }).first().click();
  await page.getByRole('button', { name: 'Suspend customer' }).click();
  await page.locator('ol .SUCCEEDED').waitFor();
  await page.getByRole('button', { name: 'Activate customer' }).click();
  await page.locator('ol .RUNNING').nth(1).waitFor();
  await page.locator('ol .SUCCEEDED').nth(1).waitFor();
  await page.getByRole('button', { name: 'Suspend customer' }).waitFor();

  await page.getByRole('button', { name: 'Suspend subscription' }).click();
  await page.locator('ul li').getByText('Subscription suspended').waitFor();
  await page.screenshot({ path: `${import.meta.dirname}/screenshot.png` });
  await page.setViewportSize({ width: 420, height: 760 });
  const width = await page.evaluate('document.documentElement.scrollWidth');
  assert.equal(width, 420);
  assert.deepEqual(complaints, []);
});
