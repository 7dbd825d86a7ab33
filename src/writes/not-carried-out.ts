import { GatewayError } from '../domain/error.ts';

/** The vendor's state shows that a write without an answer had no effect and will have none. */
export class NotCarriedOut extends GatewayError {
  constructor() {
    super('UNAVAILABLE', 'The reseller API did not carry it out.', {
      ...{ service: 'reseller', retryable: true },
    });
  }
}
