import { required } from './errors.ts';
import { type MethodCall, queryText } from './method-call.ts';

interface WatchDetails {
  readonly serviceAccountEmailAddresses?: readonly string[];
  readonly topicName?: string;
}

const parameter = 'serviceAccountEmailAddress';

function addressOf(call: MethodCall<object>): string {
  const address = queryText(call, parameter);
  if (address === undefined) throw required(parameter);
  return address;
}

/** The vendor returns an empty object before the first registration. */
export function getWatchDetails({ store }: MethodCall<object>): WatchDetails {
  if (store.watchers.size === 0) return {};
  return { serviceAccountEmailAddresses: [...store.watchers], topicName: store.topicName };
}

export function register(call: MethodCall<object>): WatchDetails {
  call.store.watchers.add(addressOf(call));
  return { topicName: call.store.topicName };
}

export function unregister(call: MethodCall<object>): WatchDetails {
  call.store.watchers.delete(addressOf(call));
  return { topicName: call.store.topicName };
}
