import { readFileSync } from 'node:fs';
import { readCatalog } from './catalog-file.ts';
import { type Config, toConfig } from './config.ts';
import { readManifests } from './document-manifests.ts';
import { gatewayRules } from './gateway-rules.ts';
import { gatewaySettings } from './gateway-settings.ts';
import { misspelled } from './misspelled.ts';
import { type SandboxConfig, toSandboxConfig } from './sandbox.ts';
import { sandboxRules, sandboxSettings } from './sandbox-settings.ts';
import { readStory } from './sandbox-story.ts';
import { ConfigError, type Env, readSettings, settingsOf, trimmed } from './settings.ts';
import { readTlsFiles } from './tls-files.ts';
import { readTracing, type TracingConfig } from './tracing.ts';

export interface GatewayProgram {
  readonly config: Config;
  /** Null when backends are configured. */
  readonly sandbox: SandboxConfig | null;
  readonly tracing: TracingConfig;
  /** Sentences to log at startup, for configurations that are valid but probably not intended. */
  readonly warnings: readonly string[];
}

export interface SandboxProgram {
  readonly config: SandboxConfig;
  readonly warnings: readonly string[];
}

/**
 * Reads what `node src/main.cjs` needs, and checks the files that it names.
 * @throws ConfigError with every problem of both tables
 */
export function loadGatewayProgram(env: Env): GatewayProgram {
  const gateway = readSettings(gatewaySettings, gatewayRules, env);
  const set = trimmed(env);
  const isSandbox = !set['BILLING_ENDPOINT'] && !set['RESELLER_ENDPOINT'];
  const sandbox = isSandbox ? readSettings(sandboxSettings, sandboxRules, env) : null;
  const tracing = readTracing(env);
  const problems = [
    ...gateway.problems,
    ...tracing.problems,
    ...keyFileProblems(set),
    ...(gateway.values
      ? fileProblems(gateway.values, [readTlsFiles, readCatalog, readManifests])
      : []),
    ...(sandbox?.problems ?? []),
    ...(sandbox?.values ? fileProblems(sandbox.values, [readStory]) : []),
  ];
  if (problems.length > 0 || !gateway.values) throw new ConfigError(problems);
  const config = toConfig(gateway.values);
  const warnings = misspelled(env, [gatewaySettings, sandboxSettings]);
  if (!isSandbox && config.defaultResellerId === null) {
    warnings.push('BILLING_RESELLER_ID is not set: `customers` fails without `resellerId`');
  }
  return {
    ...{ config, tracing, warnings },
    sandbox: sandbox?.values ? toSandboxConfig(sandbox.values) : null,
  };
}

/**
 * Reads what `node src/main.cjs sandbox` needs.
 * @throws ConfigError with every problem
 */
export function loadSandboxProgram(env: Env): SandboxProgram {
  const { values, problems } = readSettings(sandboxSettings, sandboxRules, env);
  if (!values) throw new ConfigError(problems);
  return { config: toSandboxConfig(values), warnings: misspelled(env, [sandboxSettings]) };
}

function fileProblems<S>(
  settings: S,
  reads: readonly ((settings: S) => unknown)[],
): readonly string[] {
  return reads.flatMap((read) => {
    try {
      read(settings);
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
  });
}

function keyFileProblems(set: Readonly<Record<string, string>>): string[] {
  return settingsOf(gatewaySettings).flatMap(({ name, isFile }) => {
    const path = set[name];
    if (!isFile || path === undefined) return [];
    try {
      JSON.parse(readFileSync(path, 'utf8'));
      return [];
    } catch (error) {
      // The parser's message quotes the file, which is a secret.
      const reason =
        error instanceof SyntaxError || !(error instanceof Error) ? 'not JSON' : error.message;
      return [`${name} must be the path of a JSON key file (${reason}).`];
    }
  });
}
