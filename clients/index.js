export { errorsOf, isDryRun, isGatewayError, isMutationError, MutationFailed, unwrap, } from './errors.js';
export { documentIds } from './generated/documents.js';
export { errorCodes, possibleTypes } from './generated/schema.js';
export { nodesOf, pagesOf } from './pages.js';
export { newIdempotencyKey, parseScalar } from './scalars.js';
export { follow, SubscriptionFailed, watchOperation, } from './watch.js';
