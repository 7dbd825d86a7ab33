import { GatewayError } from '../domain/error.ts';

const MINUTE_MS = 60_000;
/** Viewers that are remembered before full buckets are dropped. */
const MAX_VIEWERS = 10_000;

interface Bucket {
  tokens: number;
  /** When `tokens` was computed. */
  at: number;
}

/** Takes one request of a viewer. Throws GatewayError RATE_LIMITED when the viewer sent too many. */
export type TakeRequest = (subject: string) => void;

/**
 * A token bucket for each viewer. It holds the requests of one minute, so that a page can send its
 * requests at once.
 * @param perMinute null for no limit
 */
export function createRateLimit(
  perMinute: number | null,
  now: () => number = () => performance.now(),
): TakeRequest {
  if (perMinute === null) return () => {};
  const buckets = new Map<string, Bucket>();
  const msPerToken = MINUTE_MS / perMinute;
  const filled = ({ tokens, at }: Bucket, time: number): number =>
    Math.min(perMinute, tokens + (time - at) / msPerToken);
  return (subject) => {
    const time = now();
    const bucket = buckets.get(subject) ?? { tokens: perMinute, at: time };
    const tokens = filled(bucket, time);
    if (tokens < 1) throw tooMany(perMinute, (1 - tokens) * msPerToken);
    buckets.set(subject, { tokens: tokens - 1, at: time });
    if (buckets.size <= MAX_VIEWERS) return;
    for (const [key, other] of buckets) if (filled(other, time) >= perMinute) buckets.delete(key);
  };
}

function tooMany(perMinute: number, retryAfterMs: number): GatewayError {
  return new GatewayError(
    'RATE_LIMITED',
    `The limit of ${perMinute} requests per minute is reached. Wait before sending the next one.`,
    { retryable: true, retryAfterMs: Math.ceil(retryAfterMs) },
  );
}
