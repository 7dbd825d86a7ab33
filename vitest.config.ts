import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Vite-transformed tests and Node-loaded packages must share one graphql module.
  resolve: {
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // One fewer than the cores is the default, which on two leaves one idle.
    maxWorkers: 2,
    // Every test cleans up behind itself; a process for each file would take half as long again.
    isolate: false,
    // Several tests hold the gateway to milliseconds, on machines that may be busy with others.
    retry: process.env['CI'] ? 2 : 0,
    testTimeout: 15_000,
    hookTimeout: 15_000,
  },
});
