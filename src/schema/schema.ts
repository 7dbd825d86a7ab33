import { GraphQLSchema } from 'graphql';
import './audit/audit-log.ts';
import './audit/outcome-unknown.ts';
import './audit/settle-write.ts';
import { builder } from './builder.ts';
import './catalog/catalog.ts';
import './customer/billing-mutations.ts';
import './customer/customer.ts';
import './customer/link-mutations.ts';
import './customer/reseller-mutations.ts';
import './dry-run.ts';
import './notification/notification.ts';
import './notification/notification-watch.ts';
import './operation/cancel-mutation.ts';
import './operation/operation.ts';
import './operation/operation-fields.ts';
import './portfolio/portfolio.ts';
import './portfolio/portfolio-change.ts';
import './relay/node.ts';
import './subscription/change-mutations.ts';
import './subscription/order-mutations.ts';
import './subscription/subscription.ts';
import './viewer.ts';

export const schema = new GraphQLSchema({
  ...builder.toSchema({ sortSchema: false }).toConfig(),
  description:
    'Manages the customers of a reseller across the Yandex Cloud billing API and the Google Workspace Reseller API.',
});
