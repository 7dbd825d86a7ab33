/** What a backend's readiness check reports. */
export const unreachable = 'cannot connect';
export const breakerOpen = 'the breaker is open';
