export { memoryJournal } from '../../test/support/memory-journal.ts';
