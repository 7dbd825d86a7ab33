import {
  type GatewayProgram,
  loadGatewayProgram,
  loadSandboxProgram,
  type SandboxProgram,
} from './programs.ts';
import { helpOf } from './reference.ts';
import type { Env } from './settings.ts';

/** An argument that the program does not have. */
export class UsageError extends Error {
  constructor(argument: string) {
    // The part after an equals sign may be a secret.
    super(`Unknown argument ${argument.split('=')[0]}. Run with --help to see the usage.`);
    this.name = 'UsageError';
  }
}

export type Command =
  | ({ readonly type: 'gateway' } & GatewayProgram)
  | ({ readonly type: 'sandbox' } & SandboxProgram)
  /** Prints the text and exits. */
  | { readonly type: 'print'; readonly text: string; readonly warnings: readonly string[] };

/**
 * Decides what the process does. `args` are those after the script.
 * @throws UsageError for an unknown argument; ConfigError with every problem of the settings
 */
export function readCommandLine(args: readonly string[], env: Env): Command {
  const type = args[0] === 'sandbox' ? 'sandbox' : 'gateway';
  const options = type === 'sandbox' ? args.slice(1) : args;
  const unknown = options.find((option) => option !== '--help' && option !== '--check-config');
  if (unknown !== undefined) throw new UsageError(unknown);
  if (options.includes('--help')) return { type: 'print', text: helpOf(type), warnings: [] };
  const command: Command =
    type === 'sandbox'
      ? { type, ...loadSandboxProgram(env) }
      : { type, ...loadGatewayProgram(env) };
  if (!options.includes('--check-config')) return command;
  return { type: 'print', text: 'Configuration is valid.\n', warnings: command.warnings };
}
