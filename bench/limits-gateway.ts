import { monitorEventLoopDelay } from 'node:perf_hooks';
import { loadConfig } from '../src/config/config.ts';
import { createGateway } from '../src/gateway.ts';

// A gateway that reports its event loop delay and memory to its parent.

const { backends, ...config } = loadConfig(process.env);
if (!backends) throw new Error('the bench has backends');
const gateway = await createGateway({ ...config, backends });
const url = await gateway.start();
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let peak = 0;
setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 20).unref();

process.on('message', () => {
  process.send?.({ delayMs: delay.max / 1e6, rss: process.memoryUsage.rss(), peak });
  delay.reset();
  peak = 0;
});
process.send?.({ url });
