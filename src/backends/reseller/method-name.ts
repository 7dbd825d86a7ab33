/** The words of the API's paths; everything else in a path is an id. */
const words: ReadonlySet<string> = new Set([
  'customers',
  'subscriptions',
  'changePlan',
  'changeSeats',
  'changeRenewalSettings',
  'activate',
  'suspend',
  'startPaidService',
  'resellernotify',
  'getwatchdetails',
  'register',
  'unregister',
  'batch',
]);

/** A path with its ids replaced, such as `/customers/{id}/subscriptions`: ids can be domains. */
export function pathTemplate(path: string): string {
  const parts = (path.split('?', 1)[0] ?? '').split('/');
  const begin = Math.max(
    0,
    parts.findIndex((part) => words.has(part)),
  );
  const shown = parts.slice(begin).map((part) => (words.has(part) ? part : '{id}'));
  return `/${shown.join('/')}`;
}

/** A name for metrics, such as `GET customers.subscriptions`: without ids, so their number is bounded. */
export function methodName({ method, path }: { method: string; path: string }): string {
  const parts = (path.split('?', 1)[0] ?? '').split('/').filter((part) => words.has(part));
  return `${method} ${parts.slice(0, 3).join('.')}`;
}
