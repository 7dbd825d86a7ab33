import { describe } from 'vitest';
import { kinds, testDatabase } from './databases.ts';
import { intentsSuite } from './intents-suite.ts';
import { journalSuite } from './journal-suite.ts';
import { leasesSuite } from './leases-suite.ts';
import { linksSuite } from './links-suite.ts';
import { notificationsSuite } from './notifications-suite.ts';
import { pagesSuite } from './pages-suite.ts';
import { startSuite } from './start-suite.ts';

/** One file, because PostgreSQL starts once for each file. */
describe.each(kinds)('%s:', (kind) => {
  const database = testDatabase(kind);

  describe('the start', () => startSuite(database));
  describe('the journal', () => journalSuite(database));
  describe('intents', () => intentsSuite(database));
  describe('leases', () => leasesSuite(database));
  describe('pages of operations', () => pagesSuite(database));
  describe('links', () => linksSuite(database));
  describe('notifications', () => notificationsSuite(database));
});
