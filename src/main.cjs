// @ts-check
const { enableCompileCache, flushCompileCache } = require('node:module');
const { setFlagsFromString } = require('node:v8');
const { bundledProgram } = require('./bundle.cjs');

// Loading some 1,000 small modules takes most of the time of a start. The bundle is a few large
// ones, and the compile cache saves V8 from parsing those again. This file, its helper and the bundle
// are CommonJS and not TypeScript, because Node loads its type stripper and its ES module loader only
// when they are needed, which takes as long as a quarter of the rest of the start.

/** Milliseconds after which what was compiled is stored, also for a process that is killed later. */
const STORE_AFTER_MS = 5_000;

// Libraries check how they are used unless this is set, which takes time for each value of an answer.
process.env['NODE_ENV'] ??= 'production';
// While many calls wait, V8 decides to allocate what a call needs among the long-lived objects. Until
// the next full collection these keep all that the call refers to, which is copied instead of freed.
setFlagsFromString('--no-allocation-site-pretenuring');
// By default, the heap grows to four times what is in use before it is collected, and a busy gateway
// fills it with ended calls that have survived two collections of the young generation.
setFlagsFromString('--heap-growing-percent=100');
// V8 takes 26 MB to optimize undici's HTTP parser, which is one large function of WebAssembly, and
// malloc keeps most of it. The parser is as fast as it is compiled at first.
setFlagsFromString('--no-wasm-dynamic-tiering');
setFlagsFromString('--no-wasm-tier-up');
enableCompileCache();
setTimeout(flushCompileCache, STORE_AFTER_MS).unref();
const bundle = bundledProgram(`${__dirname}/../`);

async function run() {
  const { main } = bundle === null ? await import('./program.ts') : require(bundle);
  await main();
}

run().catch((error) => {
  // Thrown outside the promise, because the program logs rejections and goes on.
  process.nextTick(() => {
    throw error;
  });
});
