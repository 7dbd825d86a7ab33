export { type DryRunResult, errorsOf, type GatewayError, isDryRun, isGatewayError, isMutationError, type MutationError, MutationFailed, unwrap, } from './errors.js';
export { type DocumentName, documentIds } from './generated/documents.js';
export { type ErrorCode, errorCodes, possibleTypes } from './generated/schema.js';
export { nodesOf, type Page, pagesOf } from './pages.js';
export { newIdempotencyKey, parseScalar, type ScalarTypes } from './scalars.js';
export { follow, type OperationState, type SubscriptionClient, SubscriptionFailed, type SubscriptionRequest, watchOperation, } from './watch.js';
