import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { compileClients, generatedFiles } from './client-sources.ts';

// Writes the generated sources of the client kit, and compiles the kit to clients/.
for (const [path, text] of Object.entries(generatedFiles())) {
  await mkdir(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
await compileClients('clients');
