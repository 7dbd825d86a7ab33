import { mutation } from '../mutation.ts';
import { operation, operationIdOf } from './operation.ts';

mutation('cancelOperation', {
  description:
    'Requests cancellation of an operation. Cancellation is best effort: the operation may still succeed.',
  inputDescription: 'The operation to cancel.',
  input: (t) => ({
    operation: t.id({ required: true, description: 'Global id of the operation.' }),
  }),
  success: 'The billing API accepted the cancellation request.',
  returns: {
    field: 'operation',
    type: operation,
    description: 'The operation in its current state, which may still be RUNNING.',
  },
  fieldNames: { operationId: 'operation' },
  run: async (input, { operations }) => operations.cancel(operationIdOf(input.operation)),
});
