import { monitorEventLoopDelay } from 'node:perf_hooks';
import * as facts from '../../domain/telemetry.ts';
import { type AnyMetric, Counter, Gauge, Histogram } from './registry.ts';

/** From fractions of a millisecond to the longest deadlines, in seconds. */
const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const COMMITS = [1, 2, 5, 10, 20, 50, 100, 200, 500];

function createMetrics() {
  const service = ['service'];
  const call = ['service', 'method'];
  return {
    requests: new Counter({
      name: 'gateway_requests_total',
      help: 'GraphQL requests that ended, also refused ones. outcome is OK, an error code or CLIENT_GONE.',
      labels: ['transport', 'type', 'outcome'],
    }),
    requestSeconds: new Histogram({
      name: 'gateway_request_duration_seconds',
      help: 'Time from the receipt of a query or mutation to the end of its response. Subscriptions are not included.',
      labels: ['transport', 'type'],
      buckets: SECONDS,
    }),
    authenticationFailures: new Counter({
      name: 'gateway_authentication_failures_total',
      help: 'Requests, sockets and pushes that were refused because of their token.',
      labels: ['endpoint', 'reason'],
    }),
    calls: new Counter({
      name: 'gateway_backend_calls_total',
      help: 'Calls sent to a backend, each retry included. code is OK, an error code, or ABORTED when the caller gave up.',
      labels: [...call, 'code'],
    }),
    callSeconds: new Histogram({
      name: 'gateway_backend_call_duration_seconds',
      help: 'Duration of calls to a backend, each retry on its own.',
      labels: call,
      buckets: SECONDS,
    }),
    retries: new Counter({
      name: 'gateway_backend_retries_total',
      help: 'Calls that were sent again after UNAVAILABLE.',
      labels: service,
    }),
    breakerOpen: new Gauge({
      name: 'gateway_breaker_open',
      help: '1 while calls of the host are rejected because it fails, otherwise 0.',
      labels: [...service, 'host'],
    }),
    admissionInUse: new Gauge({
      name: 'gateway_admission_in_use',
      help: 'Requests that use the backend now.',
      labels: service,
    }),
    admissionQueued: new Gauge({
      name: 'gateway_admission_queued',
      help: 'Requests that wait to use the backend.',
      labels: service,
    }),
    shed: new Counter({
      name: 'gateway_admission_shed_total',
      help: 'Requests that were rejected because too many use or await the backend.',
      labels: service,
    }),
    lanesWaiting: new Gauge({
      name: 'gateway_lane_calls_waiting',
      help: 'Calls that wait for a free place among those in flight to the backend.',
      labels: service,
    }),
    writes: new Counter({
      name: 'gateway_writes_total',
      help: 'Outcomes of changes at a vendor: DONE, REFUSED or UNKNOWN. A change that was UNKNOWN counts again when it is found out or settled, under its own mutation.',
      labels: ['mutation', 'outcome'],
    }),
    unknownWrites: new Gauge({
      name: 'gateway_writes_unknown',
      help: 'Changes whose outcome is unknown, in the database that all instances share. NaN while it cannot be read.',
    }),
    commitSeconds: new Histogram({
      name: 'gateway_commit_duration_seconds',
      help: 'Duration of transactions, each of which can hold several commits.',
      buckets: SECONDS,
    }),
    commitSize: new Histogram({
      name: 'gateway_commit_size',
      help: 'Commits that shared a transaction.',
      buckets: COMMITS,
    }),
    databaseErrors: new Counter({
      name: 'gateway_database_errors_total',
      help: 'Reads and writes of the database that failed.',
      labels: ['code'],
    }),
    polls: new Counter({
      name: 'gateway_polls_total',
      help: 'Polls of operations: FOUND, MISSING (billing does not return the operation) or FAILED.',
      labels: ['outcome'],
    }),
    pollsInFlight: new Gauge({
      name: 'gateway_polls_in_flight',
      help: 'Polls that are under way.',
    }),
    unfinished: new Gauge({
      name: 'gateway_operations_unfinished',
      help: 'Operations that this instance polls.',
    }),
    lost: new Counter({
      name: 'gateway_operations_lost_total',
      help: 'Operations that became LOST.',
      labels: ['reason'],
    }),
    sockets: new Gauge({ name: 'gateway_sockets', help: 'Open WebSockets.' }),
    subscriptions: new Gauge({
      name: 'gateway_subscriptions',
      help: 'GraphQL subscriptions over WebSocket and SSE.',
    }),
    notifications: new Counter({
      name: 'gateway_notifications_received_total',
      help: 'Notifications received and stored, each repeat included. type is UNRECOGNIZED for new types.',
      labels: ['type'],
    }),
    droppedLines: new Counter({
      name: 'gateway_log_lines_dropped_total',
      help: 'Log lines that could not be written.',
    }),
    loopDelay: new Gauge({
      name: 'gateway_event_loop_delay_p99_seconds',
      help: '99th percentile of the delay of the event loop since the previous scrape.',
    }),
    cpu: new Counter({ name: 'process_cpu_seconds_total', help: 'User and system CPU time.' }),
    memory: new Gauge({ name: 'process_resident_memory_bytes', help: 'Resident memory.' }),
    heap: new Gauge({ name: 'nodejs_heap_used_bytes', help: 'Used memory of the heap.' }),
    handles: new Gauge({
      name: 'nodejs_active_resources',
      help: 'Sockets, timers and other resources that are open.',
    }),
  };
}

type Metrics = ReturnType<typeof createMetrics>;

/** What is read when metrics are scraped. */
export interface MetricSources {
  /** Operations that this instance polls. */
  unfinishedOperations(): number;
  /** Changes whose outcome is unknown. */
  unknownWrites(): Promise<number>;
}

/** Collects metrics from now on. The sources can be set later, before the first scrape. */
export function collectMetrics(sources: MetricSources) {
  const metrics = createMetrics();
  const unsubscribe = [...followTraffic(metrics), ...followState(metrics)];
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  let cpuSeconds = 0;
  return {
    metrics: Object.values<AnyMetric>(metrics),
    /** All metrics in Prometheus's text format. */
    async scrape(): Promise<string> {
      metrics.unfinished.set(sources.unfinishedOperations());
      const unknown = await sources.unknownWrites().catch(() => Number.NaN);
      metrics.unknownWrites.set(unknown);
      // The histogram has no values right after a reset.
      metrics.loopDelay.set(delay.count > 0 ? delay.percentile(99) / 1e9 : 0);
      delay.reset();
      const { user, system } = process.cpuUsage();
      metrics.cpu.add([], (user + system) / 1e6 - cpuSeconds);
      cpuSeconds = (user + system) / 1e6;
      const { rss, heapUsed } = process.memoryUsage();
      metrics.memory.set(rss);
      metrics.heap.set(heapUsed);
      metrics.handles.set(process.getActiveResourcesInfo().length);
      return Object.values(metrics)
        .map((metric) => metric.render())
        .join('');
    },
    close(): void {
      for (const end of unsubscribe) end();
      delay.disable();
    },
  };
}

/** Requests, calls and what bounds them. */
function followTraffic(metrics: Metrics): (() => void)[] {
  return [
    facts.requestEnded.subscribe(({ transport, type, outcome, durationMs }) => {
      metrics.requests.add([transport, type, outcome]);
      if (type === 'subscription') return;
      metrics.requestSeconds.observe(durationMs / 1_000, [transport, type]);
    }),
    facts.authenticationFailed.subscribe(({ endpoint, reason }) =>
      metrics.authenticationFailures.add([endpoint, reason]),
    ),
    facts.backendCallEnded.subscribe(({ service, method, code, durationMs }) => {
      metrics.calls.add([service, method, code]);
      metrics.callSeconds.observe(durationMs / 1_000, [service, method]);
    }),
    facts.callRetried.subscribe(({ service }) => metrics.retries.add([service])),
    facts.breakerChanged.subscribe(({ service, host, isOpen }) =>
      metrics.breakerOpen.set(isOpen ? 1 : 0, [service, host]),
    ),
    facts.admissionChanged.subscribe(({ service, inUse, queued }) => {
      metrics.admissionInUse.set(inUse, [service]);
      metrics.admissionQueued.set(queued, [service]);
    }),
    facts.requestShed.subscribe(({ service }) => metrics.shed.add([service])),
    facts.laneWaitChanged.subscribe(({ service, change }) =>
      metrics.lanesWaiting.add(change, [service]),
    ),
    facts.socketsChanged.subscribe((change) => metrics.sockets.add(change)),
    facts.subscriptionsChanged.subscribe((change) => metrics.subscriptions.add(change)),
  ];
}

/** Writes, operations, notifications, the database and the log. */
function followState(metrics: Metrics): (() => void)[] {
  return [
    facts.writeSettled.subscribe(({ mutation, outcome }) =>
      metrics.writes.add([mutation, outcome]),
    ),
    facts.groupCommitted.subscribe(({ durationMs, commits }) => {
      metrics.commitSeconds.observe(durationMs / 1_000);
      metrics.commitSize.observe(commits);
    }),
    facts.databaseFailed.subscribe(({ code }) => metrics.databaseErrors.add([code])),
    facts.pollEnded.subscribe((outcome) => metrics.polls.add([outcome])),
    facts.pollInFlightChanged.subscribe((change) => metrics.pollsInFlight.add(change)),
    facts.operationLost.subscribe((reason) => metrics.lost.add([reason])),
    facts.notificationReceived.subscribe((type) =>
      metrics.notifications.add([type ?? 'UNRECOGNIZED']),
    ),
    facts.logLinesDropped.subscribe((count) => metrics.droppedLines.add([], count)),
  ];
}
