import { enableCompileCache, flushCompileCache } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { bundledProgram } from './bundle.ts';

// Loading some 1,000 small modules takes most of the time of a start. The bundle is a few large
// ones, and the compile cache saves V8 from parsing those again.

/** Milliseconds after which what was compiled is stored, also for a process that is killed later. */
const STORE_AFTER_MS = 5_000;

// Libraries check how they are used unless this is set, which takes time for each value of an answer.
process.env['NODE_ENV'] ??= 'production';
// While many calls wait, V8 decides to allocate what a call needs among the long-lived objects. Until
// the next full collection these keep all that the call refers to, which is copied instead of freed.
setFlagsFromString('--no-allocation-site-pretenuring');
enableCompileCache();
setTimeout(flushCompileCache, STORE_AFTER_MS).unref();
const bundle = bundledProgram(new URL('../', import.meta.url));
await (bundle === null ? import('./program.ts') : import(bundle));
