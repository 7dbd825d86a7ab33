import { useQuery, useSubscription } from 'urql';
import { label, messageOf } from './client.ts';
import * as gql from './gql/graphql.ts';

/** The states of an operation, as they arrive. */
export function Operation({ id }: { id: string }) {
  const [{ data: states = [], error }] = useSubscription<
    gql.WatchOperationSubscription,
    gql.OperationStateFragment[]
  >(
    { query: gql.WatchOperationDocument, variables: { operation: id } },
    (known = [], { operationUpdated: state }) =>
      known.some(({ cursor }) => cursor === state.cursor) ? known : [...known, state],
  );
  const last = states.at(-1);
  const failure = last?.result && 'message' in last.result ? last.result.message : null;
  return (
    <ol title={last?.operationId}>
      <strong>{last?.description ?? 'Operation'}</strong>
      {states.map(({ cursor, status, modifiedAt, createdAt }) => (
        <li key={cursor} className={status}>
          {label(status)} <Time at={modifiedAt ?? createdAt} />
        </li>
      ))}
      {(failure ?? error) && <p role="alert">{failure ?? messageOf(error)}</p>}
    </ol>
  );
}

/** The newest notifications. New ones appear on top. */
export function Notifications() {
  const [{ data }] = useQuery({ query: gql.NotificationsDocument, variables: {} });
  const [{ data: arrived = [] }] = useSubscription<
    gql.NotificationReceivedSubscription,
    gql.NotificationLineFragment[]
  >({ query: gql.NotificationReceivedDocument, variables: {} }, (known = [], event) => [
    event.notificationReceived,
    ...known,
  ]);
  const all = [...arrived, ...(data?.notifications?.nodes ?? [])];
  const notes = [...new Map(all.map((note) => [note.id, note])).values()];
  return (
    <ul>
      {notes.slice(0, 6).map(({ id, type, receivedAt, customerDomain }) => (
        <li key={id}>
          <strong>{label(type)}</strong> <Time at={receivedAt} />
          <small>{customerDomain}</small>
        </li>
      ))}
    </ul>
  );
}

function Time({ at }: { at: string }) {
  return <time dateTime={at}>{new Date(at).toLocaleTimeString('en-GB')}</time>;
}
