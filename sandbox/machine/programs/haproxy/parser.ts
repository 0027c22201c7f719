import type { SimulatedMachine } from '../../machine.js';
import { freshProxy, type HaproxyConfiguration, type Proxy } from './configuration.js';
import { globalKeywords } from './global-keywords.js';
import { proxyKeywords, type Context } from './proxy-keywords.js';
import { Complaint } from './values.js';

/** More words than these HAProxy does not take from one line (MAX_LINE_ARGS). */
const mostWords = 64;

/** What HAProxy says of a text that it does not take; 2 when only a listener is missing. */
export class ConfigurationError extends Error {
  constructor(
    readonly alerts: readonly string[],
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(alerts.join('\n'));
  }
}

/**
 * Reads configuration files of a machine as HAProxy 2.6 does, one after the other.
 * @throws ConfigurationError with all that is wrong, each with its file and line
 */
export async function readConfiguration(
  machine: SimulatedMachine,
  paths: readonly string[],
): Promise<HaproxyConfiguration> {
  const parsed = new Parsed(machine);
  for (const path of paths) {
    const text = await machine.files.text(path);
    if (text === undefined)
      throw new ConfigurationError([
        `config : Cannot open configuration file/directory ${path} : No such file or directory`,
      ]);
    for (const [index, line] of text.split('\n').entries()) await parsed.line(line, `${path}:${index + 1}`);
  }
  return parsed.finished();
}

class Parsed {
  private readonly configuration: HaproxyConfiguration = {
    maxconn: Number.POSITIVE_INFINITY,
    chroot: undefined,
    hardStopMs: undefined,
    adminSocket: undefined,
    frontends: [],
    backends: new Map(),
  };
  private readonly alerts: string[] = [];
  private section: Proxy | 'global' | undefined;
  private defaults: Proxy | undefined;

  constructor(private readonly machine: SimulatedMachine) {}

  async line(line: string, where: string): Promise<void> {
    const [keyword, ...words] = line.replace(/#.*$/, '').trim().split(/\s+/);
    if (keyword === undefined || keyword === '') return;
    try {
      if (/["'\\]/.test(line.replace(/#.*$/, '')))
        throw new Complaint('quotes and backslashes are not simulated');
      if (words.length >= mostWords)
        throw new Complaint(`too many words, truncating after word ${mostWords}`);
      const context: Context = { where, text: (path) => this.machine.files.text(path) };
      if (!this.begins(keyword, words, where)) await this.keyword(keyword, words, context);
    } catch (error) {
      if (!(error instanceof Complaint)) throw error;
      this.alerts.push(`config : parsing [${where}] : ${error.message}`);
    }
  }

  private begins(keyword: string, [name = '']: string[], where: string): boolean {
    if (keyword === 'global') this.section = 'global';
    else if (keyword === 'defaults') this.section = this.defaults = freshProxy('defaults', name, where);
    else if (keyword === 'frontend' || keyword === 'backend') {
      if (name === '') throw new Complaint(`'${keyword}' expects an <id> argument`);
      const { frontends, backends } = this.configuration;
      const proxies = keyword === 'frontend' ? frontends : [...backends.values()];
      const before = proxies.find((proxy) => proxy.name === name);
      const proxy = freshProxy(keyword, name, where, this.defaults);
      this.section = proxy;
      if (before)
        throw new Complaint(
          `${keyword} '${name}' has the same name as ${keyword} '${name}' declared at ${before.where}.`,
        );
      if (keyword === 'frontend') frontends.push(proxy);
      else backends.set(name, proxy);
    } else return false;
    return true;
  }

  private async keyword(keyword: string, words: string[], context: Context): Promise<void> {
    const { section } = this;
    const kind = section === 'global' ? 'global' : section?.kind;
    const unknown = new Complaint(
      kind
        ? `unknown keyword '${keyword}' in '${kind}' section`
        : `unknown keyword '${keyword}' out of section.`,
    );
    if (section === undefined) throw unknown;
    if (section === 'global') {
      const apply = Object.hasOwn(globalKeywords, keyword) ? globalKeywords[keyword] : undefined;
      if (!apply) throw unknown;
      return apply(this.configuration, words, context);
    }
    const known = Object.hasOwn(proxyKeywords, keyword) ? proxyKeywords[keyword] : undefined;
    if (!known?.in.includes(section.kind)) throw unknown;
    return known.apply(section, words, context);
  }

  finished(): HaproxyConfiguration {
    const { frontends, backends, adminSocket } = this.configuration;
    if (this.alerts.length === 0)
      for (const frontend of frontends) this.alerts.push(...problemsOf(frontend, backends));
    if (this.alerts.length > 0)
      throw new ConfigurationError([...this.alerts, 'config : Fatal errors found in configuration.']);
    if (adminSocket === undefined && frontends.every(({ binds }) => binds.length === 0))
      throw new ConfigurationError(
        ["[haproxy.main()] No enabled listener found (check for 'bind' directives) ! Exiting."],
        2,
      );
    return this.configuration;
  }
}

function problemsOf(
  { name, mode, table, connectionRules, ...frontend }: Proxy,
  backends: ReadonlyMap<string, Proxy>,
): string[] {
  const problems: string[] = [];
  const uses: [string, string][] = [
    ...frontend.uses.map(({ action }): [string, string] => ['use_backend', action]),
    ...(frontend.defaultBackend === undefined
      ? []
      : [['default_backend', frontend.defaultBackend] as [string, string]]),
  ];
  for (const [rule, wanted] of uses) {
    const backend = backends.get(wanted);
    if (!backend) problems.push(`config : Proxy '${name}': unable to find required ${rule}: '${wanted}'.`);
    else if (mode === 'http' || backend.mode === 'http')
      problems.push(
        `config : Proxy '${name}': a ${mode} frontend before the ${backend.mode} backend '${wanted}' is not simulated.`,
      );
  }
  if (!table && connectionRules.some(({ action }) => action === 'track'))
    problems.push(`config : Proxy '${name}': unable to find table '${name}' referenced by track-sc0.`);
  return problems;
}
