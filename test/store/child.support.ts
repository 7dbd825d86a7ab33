import { openStore } from '../../src/store/store.ts';
import { log, operation } from '../operations/operations.support.ts';

/**
 * A process that appends to the database of its first argument until it is killed or refused, and
 * reports every entry that it was promised; when it is refused, also whether it can still read.
 */
const [url = '', prefix = ''] = process.argv.slice(2);
const { journal } = await openStore(url, { log });
const description = 'x'.repeat(2_000);
try {
  for (let n = 0; ; n++) {
    const operationId = `${prefix}${n}`;
    const { sequence } = await journal.append(operation({ operationId, description }));
    process.stdout.write(`${JSON.stringify({ operationId, sequence })}\n`);
  }
} catch (error) {
  const code = error instanceof Error && 'code' in error ? error.code : String(error);
  const latest = await journal.latest(`${prefix}0`);
  process.stdout.write(`${JSON.stringify({ code, canRead: latest !== null })}\n`);
}
