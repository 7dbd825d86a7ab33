/*
 * The parts of undici that calls of the Reseller API need. Its main module also loads `fetch`, which
 * takes as long as all the rest, and is needed only for tokens and keys.
 */

declare module 'undici/lib/dispatcher/pool.js' {
  import { Pool } from 'undici';
  export = Pool;
}

declare module 'undici/lib/core/connect.js' {
  import { buildConnector } from 'undici';
  export = buildConnector;
}
