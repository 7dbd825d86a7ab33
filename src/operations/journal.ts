import type { DurableJournal } from '../store/operations/journal.ts';

/** What polling and watching need of the journal. */
export type OperationJournal = Pick<DurableJournal, 'append' | 'latest' | 'after'>;
