import type { CallScope } from '../domain/call-scope.ts';
import type { Viewer } from '../domain/viewer.ts';
import type { LoaderSources } from './loaders.ts';

/** What all requests share. */
export interface ServiceSources extends LoaderSources {
  /** The billing reseller that is meant when a query names none; null when none is configured. */
  readonly defaultResellerId: string | null;
}

/** One request: who asks, and how long the answer is waited for. */
export interface RequestScope extends CallScope {
  readonly viewer: Viewer;
}
