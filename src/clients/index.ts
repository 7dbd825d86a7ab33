export {
  type DryRunResult,
  errorsOf,
  type GatewayError,
  isDryRun,
  isGatewayError,
  isMutationError,
  type MutationError,
  MutationFailed,
  unwrap,
} from './errors.ts';
export { type DocumentName, documentIds } from './generated/documents.ts';
export { type ErrorCode, errorCodes, possibleTypes } from './generated/schema.ts';
export { nodesOf, type Page, pagesOf } from './pages.ts';
export { newIdempotencyKey, parseScalar, type ScalarTypes } from './scalars.ts';
export {
  follow,
  type OperationState,
  type SubscriptionClient,
  SubscriptionFailed,
  type SubscriptionRequest,
  watchOperation,
} from './watch.ts';
