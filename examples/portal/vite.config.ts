import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Starts the gateway with its sandbox, to which the development server passes /graphql on. */
function gateway(): Plugin {
  let stop = () => {};
  return {
    name: 'gateway',
    apply: 'serve',
    async config() {
      const child = spawn(process.execPath, ['../../src/main.cjs'], {
        cwd: import.meta.dirname,
        env: { ...process.env, PORT: '0', LOG_LEVEL: 'warn' },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      stop = () => child.kill();
      process.once('exit', stop);
      for await (const line of createInterface(child.stdout)) {
        const target = /ready at (http:\/\/[^/]+)/.exec(line)?.[1];
        if (target) return { server: { proxy: { '/graphql': { target, ws: true } } } };
      }
      throw new Error('The gateway did not start.');
    },
    buildEnd: () => stop(),
  };
}

export default defineConfig({
  plugins: [react(), gateway()],
  resolve: { tsconfigPaths: true },
  // The client kit is outside this folder.
  server: { fs: { allow: ['.', '../../clients'] } },
});
