import { builder } from './builder.ts';
import './billing-mutations.ts';
import './customer.ts';
import './customer-links.ts';
import './customer-mutations.ts';
import './node.ts';
import './notification.ts';
import './notification-watch.ts';
import './operation.ts';
import './operation-fields.ts';
import './subscription.ts';
import './subscription-mutations.ts';
import './subscription-orders.ts';
import './viewer.ts';

export const schema = builder.toSchema();
