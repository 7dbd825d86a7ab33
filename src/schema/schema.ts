import { builder } from './builder.ts';
import './customer.ts';
import './node.ts';
import './operation.ts';
import './subscription.ts';
import './viewer.ts';

export const schema = builder.toSchema();
