import { badInput } from '../../domain/error.ts';
import { numberedPage } from '../../domain/page.ts';
import type {
  ChangeSource,
  PortfolioChange,
  PortfolioSubscription,
} from '../../domain/portfolio.ts';
import { EVERYTHING } from '../../domain/portfolio-filter.ts';
import type { PortfolioService } from '../../services/portfolio.ts';
import { auditEntry } from '../audit/audit-entry.ts';
import { builder } from '../builder.ts';
import type { GatewayContext } from '../context.ts';
import { enumType, expose, exposeAs } from '../fields.ts';
import { sequenceOf } from '../relay/arguments.ts';
import { connectionArgs, connectionOf } from '../relay/connection.ts';
import { nodeType } from '../relay/node.ts';
import { type Connection, type ConnectionArgs, paginate } from '../relay/pagination.ts';
import { subscription } from '../subscription/subscription.ts';
import { subscriptionFilter } from './filter-inputs.ts';
import { filterOf } from './filters.ts';
import { portfolio } from './portfolio.ts';
import { portfolioSubscription } from './portfolio-subscription.ts';

const source = enumType<ChangeSource>(
  'PortfolioChangeSource',
  'How the gateway learned of a change.',
  {
    SWEEP: 'A sweep found it.',
    NOTIFICATION: 'A notification caused a read that found it.',
    MUTATION: 'A mutation of this API made it.',
    READ: 'A query read the current state.',
  },
);

const portfolioChange = nodeType<PortfolioChange>('PortfolioChange', {
  description:
    'A difference between two observations of a subscription. What changed back between them is not recorded.',
  id: 'Global id of the change.',
  key: ({ sequence }) => [String(sequence)],
  async load([sequence = '', ...more], { services }) {
    if (!/^[1-9]\d{0,15}$/.test(sequence) || more.length > 0) {
      throw badInput('id is not a valid PortfolioChange id. Use an id that this API returned.');
    }
    return services.portfolio.change(Number(sequence));
  },
  fields: (t) => ({
    ...expose(t, {
      'DateTime!': { at: 'When the gateway stored the change.' },
      'String!': {
        field:
          'Field of `PortfolioSubscription` that changed, such as `status`; `gone` also when the subscription appeared. Also `accountActive`, `countryCode` and `linked` of its customer.',
      },
      String: {
        before: 'The earlier value as text; null when there was none.',
        after: 'The later value as text; null when there is none.',
      },
    }),
    ...exposeAs(t, source, { source: 'How the gateway learned of the change.' }),
    ...exposeAs(t, portfolioSubscription, {
      subscription: 'The row as it is now, which may have changed again.',
    }),
    auditEntry: t.field({
      type: auditEntry,
      description:
        'The record of the mutation that made the change; null for other sources, and when the caller does not see it.',
      resolve: ({ writeId }, _args, { services }) =>
        writeId === null ? null : services.audit.get(writeId),
    }),
    cursor: t.string({
      nullable: false,
      description: 'Pass this as `after` to `portfolioChanged` to resume after this change.',
      resolve: ({ sequence }) => String(sequence),
    }),
  }),
});

export const changeConnection = connectionOf(portfolioChange);

/** The largest page of changes. */
const MAX_PAGE = 500;

export function paginateChanges(
  args: ConnectionArgs,
  query: Parameters<PortfolioService['history']>[0],
  portfolio: PortfolioService,
): Promise<Connection<PortfolioChange>> {
  return paginate(args, {
    identity: ['portfolioChanges', query],
    maxPageSize: MAX_PAGE,
    fetch: (page) =>
      numberedPage(
        page,
        (before, limit) => portfolio.history(query, checked(before), limit),
        ({ sequence }) => sequence,
      ),
  });
}

/** The cursor is not secret, so a client can forge a token. */
function checked(before: number | null): number | null {
  if (before === null || Number.isSafeInteger(before)) return before;
  throw badInput('after is not a cursor of this list.');
}

const historyDescription =
  'Changes that the gateway observed, newest first. What changed back between two observations is not recorded.';

const history = {
  type: changeConnection,
  description: historyDescription,
  args: { ...connectionArgs },
  resolve: (
    { customerId, skuId }: Pick<PortfolioSubscription, 'customerId' | 'skuId'>,
    args: ConnectionArgs,
    { services }: GatewayContext,
  ) =>
    paginateChanges(args, { filter: EVERYTHING, row: { customerId, skuId } }, services.portfolio),
};
builder.objectField(portfolioSubscription, 'history', (t) =>
  t.field({ ...history, nullable: false }),
);
builder.objectField(subscription, 'history', (t) => t.field(history));

const changeFilter =
  'Conditions that the subscription must meet now. Subscriptions that are gone are included unless it says `gone: false`.';

builder.objectField(portfolio, 'changes', (t) =>
  t.field({
    type: changeConnection,
    nullable: false,
    description: `${historyDescription} See also \`portfolioChanged\`.`,
    args: {
      filter: t.arg({ type: subscriptionFilter, description: changeFilter }),
      since: t.arg({
        type: 'DateTime',
        description: 'Only changes that the gateway stored at this time or later.',
      }),
      ...connectionArgs,
    },
    resolve: async (_root, args, { services: { portfolio: rows, customers } }) => {
      const filter = await filterOf(args.filter, customers);
      return paginateChanges(args, { filter, row: null, since: args.since ?? undefined }, rows);
    },
  }),
);

builder.subscriptionField('portfolioChanged', (t) =>
  t.field({
    type: portfolioChange,
    nullable: false,
    description:
      'Sends each change of a subscription that the gateway observes; with `after`, first the stored changes since then. Never completes.',
    args: {
      filter: t.arg({ type: subscriptionFilter, description: changeFilter }),
      after: t.arg.string({ description: '`cursor` of the last change that the client received.' }),
    },
    subscribe: async (_root, { filter, after }, context) => {
      const { portfolio: rows, customers } = context.services;
      return rows.watch(await filterOf(filter, customers), sequenceOf(after, context));
    },
    resolve: (change) => change,
  }),
);
