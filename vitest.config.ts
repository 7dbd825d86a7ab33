import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Worker threads and child processes of the tests start in half the time.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('node_modules/.cache/node', import.meta.url),
);

export default defineConfig({
  // Vite-transformed tests and Node-loaded packages must share one graphql module.
  resolve: {
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/bundle.support.ts', 'test/store/postgres-teardown.support.ts'],
    // `npm run chaos` and `npm run soak` run them for as long as they are told.
    exclude: [
      ...(process.env['CHAOS_SECONDS'] ? [] : ['test/e2e/chaos.test.ts']),
      ...(process.env['SOAK'] ? [] : ['test/e2e/soak.test.ts']),
    ],
    // More than two cores, because many tests wait.
    maxWorkers: 4,
    // Every test cleans up behind itself; a process for each file would take half as long again.
    isolate: false,
    // Several tests hold the gateway to milliseconds, on machines that may be busy with others.
    retry: process.env['CI'] ? 2 : 0,
    testTimeout: 15_000,
    hookTimeout: 15_000,
  },
});
