import { builder } from './builder.ts';
import './customer/billing-mutations.ts';
import './customer/customer.ts';
import './customer/link-mutations.ts';
import './customer/reseller-mutations.ts';
import './relay/node.ts';
import './notification/notification.ts';
import './notification/notification-watch.ts';
import './operation/operation.ts';
import './operation/operation-fields.ts';
import './subscription/subscription.ts';
import './subscription/change-mutations.ts';
import './subscription/order-mutations.ts';
import './viewer.ts';

export const schema = builder.toSchema();
