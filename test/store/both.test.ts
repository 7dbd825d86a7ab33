import { describe } from 'vitest';
import { kinds, testDatabase } from './databases.support.ts';
import { journalSuite } from './journal-suite.support.ts';
import { leasesSuite } from './leases-suite.support.ts';
import { linksSuite } from './links-suite.support.ts';
import { notificationsSuite } from './notifications-suite.support.ts';
import { pagesSuite } from './pages-suite.support.ts';
import { portfolioSuite } from './portfolio-suite.support.ts';
import { readingsSuite } from './readings-suite.support.ts';
import { startSuite } from './start-suite.support.ts';
import { tenantsSuite } from './tenants-suite.support.ts';
import { wordsSuite } from './words-suite.support.ts';
import { writesSuite } from './writes-suite.support.ts';

/** One file, because its suites share the tables and the connections. */
describe.each(kinds)('%s:', (kind) => {
  const database = testDatabase(kind, true);

  describe('the start', () => startSuite(database));
  describe('the journal', () => journalSuite(database));
  describe('readings', () => readingsSuite(database));
  describe('writes', () => writesSuite(database));
  describe('leases', () => leasesSuite(database));
  describe('pages of operations', () => pagesSuite(database));
  describe('links', () => linksSuite(database));
  describe('notifications', () => notificationsSuite(database));
  describe('the portfolio', () => portfolioSuite(database));
  describe('words', () => wordsSuite(database));
  describe('tenants', () => tenantsSuite(database));
});
