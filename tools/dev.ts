import { main } from '../src/program.ts';

// Runs the sources, also while the bundle is up to date, so that --watch sees what changes.
await main();
