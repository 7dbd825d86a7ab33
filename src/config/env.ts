export type Env = Readonly<Record<string, string | undefined>>;

/** Configuration that cannot be used: every problem, one sentence each. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.map((p) => `  - ${p}`).join('\n')}`);
    this.problems = problems;
  }
}

/** Reads one variable after the other and collects what is wrong with them. */
export class EnvReader {
  readonly #env: Env;
  readonly #problems: string[] = [];

  constructor(env: Env) {
    this.#env = env;
  }

  problem(text: string): void {
    this.#problems.push(text);
  }

  throwProblems(): void {
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
  }

  /** Empty counts as absent. */
  text(name: string): string | undefined {
    return this.#env[name]?.trim() || undefined;
  }

  /** A token for a header. Nothing of it is shown. */
  secret(name: string): string | undefined {
    const text = this.text(name);
    if (text === undefined || /^[\x21-\x7e]+$/.test(text)) return text;
    return this.#refuse(`${name} holds characters that a token does not have.`, undefined);
  }

  integer(name: string, fallback: number, min: number, max: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    return this.#refuse(`${name}=${text} is not an integer from ${min} to ${max}.`, fallback);
  }

  boolean(name: string, fallback: boolean): boolean {
    const text = this.text(name);
    if (text === undefined) return fallback;
    if (text === 'true' || text === 'false') return text === 'true';
    return this.#refuse(`${name}=${text} is neither true nor false.`, fallback);
  }

  oneOf<T extends string>(name: string, values: readonly T[], fallback: T): T {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = values.find((candidate) => candidate === text);
    return value ?? this.#refuse(`${name}=${text} is not one of ${values.join(', ')}.`, fallback);
  }

  host(name: string, fallback: string): string {
    const text = this.text(name) ?? fallback;
    if (/^[\w.:-]+$/.test(text)) return text;
    return this.#refuse(`${name}=${text} is not a host name or address.`, fallback);
  }

  address(name: string, fallback: string): string {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const port = Number(/^(?:\[[\da-fA-F:]+\]|[\w.-]+):(\d{1,5})$/.exec(text)?.[1]);
    if (port >= 1 && port <= 65_535) return text;
    return this.#refuse(`${name}=${text} is not host:port.`, fallback);
  }

  url(name: string): string {
    const text = this.text(name);
    if (text === undefined) return '';
    // Nothing of it is shown: it may hold a password.
    if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
      return this.#refuse(`${name} is not an http or https URL.`, '');
    }
    const { username, password, search, hash } = new URL(text);
    if (username + password + search + hash === '') return text;
    return this.#refuse(`${name} holds more than a host and a path.`, '');
  }

  /** What is wrong is told without the value: it may hold a password. */
  databaseUrl(name: string, fallback: string): string {
    const text = this.text(name);
    if (text === undefined || /^(sqlite:|postgres(ql)?:\/\/)./.test(text)) return text ?? fallback;
    return this.#refuse(`${name} is neither sqlite:PATH nor postgres://...`, fallback);
  }

  /** The full name of a Pub/Sub subscription. */
  subscription(name: string): string | null {
    const text = this.text(name);
    const form = /^projects\/[\w.:-]+\/subscriptions\/[A-Za-z][\w.~+%-]{2,254}$/;
    if (text === undefined || form.test(text)) return text ?? null;
    return this.#refuse(`${name}=${text} is not projects/P/subscriptions/S.`, null);
  }

  origins(name: string): string[] {
    const origins = this.text(name)?.split(/[\s,]+/) ?? [];
    for (const origin of origins) {
      if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
        this.problem(`${name}: ${origin} is not an origin such as https://portal.example.`);
      }
    }
    return origins;
  }

  #refuse<T>(problem: string, fallback: T): T {
    this.problem(problem);
    return fallback;
  }
}
