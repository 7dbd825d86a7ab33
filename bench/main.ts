/*
 * Usage: node bench/main.ts
 * Measures everything that bench/RESULTS.md lists, and writes it. Takes about a quarter of an hour, on a
 * machine with nothing else to do.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { activations } from './activations.ts';
import { fanOut } from './fan-out.ts';
import { unwatched } from './polls.ts';
import { measureRequests, ROUNDS } from './requests/main.ts';
import { tableOf } from './table.ts';
import { throughput } from './throughput.ts';

const { programs, rows: requests } = await measureRequests();
const rows = [
  ...requests,
  ...(await fanOut()),
  ...(await activations()),
  ...(await throughput()),
  ...(await unwatched()),
];

const text = `# Results of the bench

\`npm run bench\` writes this table. Only the ratios are comparable with other runs.

The floor of the requests is a plain node:http program that makes the same backend calls (undici, grpc-js) and writes the same JSON without GraphQL. The other servers are in bench/peers and run when they are installed; they have no access rules, limits or log. Mercurius and Yoga resolve the part of the schema that is queried; Hive Gateway has the schema that it makes from the definitions of both APIs. All run side by side against the same stand-ins, with 16 connections and backends without latency unless stated otherwise; the gateway has its default settings.

The floor of the sockets is a loop of \`ws\` that sends one message to all of them. The floor of the mutation is its call of the billing API without the gateway. Mutations at saturation share the two cores with the sandbox, the clients and the database; their CPU time is that of all threads of a process.

${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} cores, median of ${ROUNDS} rounds for CPU times.

${tableOf(programs, rows)}
`;
console.log(text);
writeFileSync(new URL('RESULTS.md', import.meta.url), text);
