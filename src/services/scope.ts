import type { CallScope } from '../domain/call-scope.ts';
import type { Viewer } from '../domain/viewer.ts';
import type { LoaderSources } from './loaders.ts';

/** The dependencies that all requests share. */
export interface ServiceSources extends LoaderSources {
  /** The configured billing reseller; null when queries have to name one. */
  readonly defaultResellerId: string | null;
}

/** One request and its authenticated caller. */
export interface RequestScope extends CallScope {
  readonly viewer: Viewer;
}
