import { useEffect, useState } from 'react';
import { useQuery, useSubscription } from 'urql';
import { label, messageOf } from './client.ts';
import * as gql from './gql/graphql.ts';

const columns = [
  { name: 'Customer', field: 'ORGANIZATION_NAME' },
  { name: 'Product', field: 'SKU_ID' },
  { name: 'Status', field: 'STATUS' },
  { name: 'Seats', field: 'SEATS' },
  { name: 'Assigned', field: 'LICENSED_SEATS' },
  { name: 'Renews', field: 'RENEWS_AT' },
] as const;
const statuses: gql.SubscriptionStatus[] = ['ACTIVE', 'SUSPENDED', 'PENDING', 'CANCELLED'];
const byName: gql.PortfolioSubscriptionOrder = { field: 'ORGANIZATION_NAME', direction: 'ASC' };

/** The subscriptions of the portfolio with their totals. The gateway filters, sorts and counts. */
export function Subscriptions(props: { selected: string; select: (row: string) => void }) {
  const [search, setSearch] = useState('');
  const [status, setStatus] = useState<gql.SubscriptionStatus>();
  const [first, setFirst] = useState(15);
  const [order, setOrder] = useState(byName);
  const variables = { filter: { search, ...(status && { status: [status] }) }, order, first };
  const [{ data, error }, refresh] = useQuery({ query: gql.RowsDocument, variables });
  const [{ data: change }] = useSubscription({ query: gql.WatchPortfolioDocument, variables: {} });
  useEffect(() => {
    if (change) refresh({ requestPolicy: 'network-only' });
  }, [change, refresh]);
  const list = data?.portfolio.subscriptions;
  const totals = list && [
    { name: 'Subscriptions', value: list.totalCount },
    { name: 'Seats', value: list.summary.seats },
    { name: 'Assigned', value: list.summary.licensedSeats },
    { name: 'Free', value: list.summary.freeSeats },
    ...list.summary.byStatus.map((one) => ({ name: label(one.status), value: one.count })),
  ];
  return (
    <main>
      <header>
        <h1>Subscriptions</h1>
        <input
          type="search"
          placeholder="Search"
          onChange={(event) => setSearch(event.target.value)}
        />
        <select
          aria-label="Status"
          onChange={({ target }) => setStatus(statuses.find((one) => one === target.value))}
        >
          <option value="">All statuses</option>
          {statuses.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </header>
      {error && <p role="alert">{messageOf(error)}</p>}
      <dl>
        {totals?.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value.toLocaleString('en')}</dd>
          </div>
        ))}
      </dl>
      <table>
        <thead>
          <tr>
            {columns.map(({ name, field }) => {
              const arrow = field !== order.field ? '' : order.direction === 'ASC' ? '▲' : '▼';
              const direction = arrow === '▲' ? 'DESC' : 'ASC';
              return (
                <th key={field}>
                  <button type="button" onClick={() => setOrder({ field, direction })}>
                    {`${name} ${arrow}`}
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {list?.nodes.map((row) => (
            <tr key={row.id} aria-selected={row.id === props.selected}>
              <td>
                <button type="button" onClick={() => props.select(row.id)}>
                  {row.organizationName ?? row.customerDomain}
                </button>
                <small>{row.customerDomain}</small>
              </td>
              <td>
                {row.skuName ?? row.skuId}
                <small>{row.planName && label(row.planName)}</small>
              </td>
              <td className={row.status}>{label(row.status)}</td>
              <td>{row.seats}</td>
              <td>{row.licensedSeats}</td>
              <td>{row.renewsAt?.slice(0, 10)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {list && list.nodes.length < list.totalCount && (
        <button type="button" onClick={() => setFirst(first + 15)}>
          Show more
        </button>
      )}
    </main>
  );
}
