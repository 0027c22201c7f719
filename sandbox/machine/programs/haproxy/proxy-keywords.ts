import { createSecureContext } from 'node:tls';
import { parseCondition, parseExpression } from './conditions.js';
import type { HttpAction, Proxy } from './configuration.js';
import { serverLine, serverOptions } from './server-line.js';
import { Complaint, duration, endpoint, exactly, statusMatcher, wholeNumber } from './values.js';

/** What a line may ask of the machine. */
export type Context = { where: string; text: (path: string) => Promise<string | undefined> };
type Apply = (proxy: Proxy, words: string[], context: Context) => Promise<void> | void;
type Keyword = { in: readonly Proxy['kind'][]; apply: Apply };

const everywhere = ['defaults', 'frontend', 'backend'] as const;
const timeouts = ['connect', 'client', 'server', 'tunnel', 'check', 'client-fin', 'http-request'];
/** Those that say what is logged or kept alive change nothing that the sandbox shows. */
const quietOptions = ['tcplog', 'httplog', 'dontlognull', 'dontlog-normal', 'clitcpka', 'srvtcpka'];

const lines = async ({ text }: Context, path: string): Promise<string[] | undefined> =>
  (await text(path))
    ?.split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

const condition = (proxy: Proxy, words: string[], context: Context) =>
  parseCondition(words, proxy.acls, (path) => lines(context, path));

/** Splits what comes before `if` or `unless` from the condition. */
function untilCondition(words: string[]): [string[], string[]] {
  const start = words.findIndex((word) => word === 'if' || word === 'unless');
  return start < 0 ? [words, []] : [words.slice(0, start), words.slice(start)];
}

/** Keywords of proxies that Socle's texts use, and no other (configuration manual 2.6, section 4.2). */
export const proxyKeywords: Readonly<Record<string, Keyword>> = {
  mode: {
    in: everywhere,
    apply: (proxy, [mode]) => {
      if (mode !== 'tcp' && mode !== 'http') throw new Complaint(`unknown proxy mode '${mode ?? ''}'.`);
      proxy.mode = mode;
    },
  },
  log: { in: everywhere, apply: (_proxy, words) => exactly(words, ['global'], 'log') },
  option: {
    in: everywhere,
    apply: (proxy, [option = '']) => {
      if (option === 'redispatch') proxy.redispatch = true;
      else if (option === 'httpchk' && proxy.kind === 'backend')
        proxy.httpCheck = { path: '/', host: '', expects: statusMatcher('200-399') };
      else if (!quietOptions.includes(option)) throw new Complaint(`unknown option '${option}'.`);
    },
  },
  retries: {
    in: everywhere,
    apply: (proxy, [count]) => void (proxy.retries = wholeNumber(count, 'retries')),
  },
  balance: {
    in: ['defaults', 'backend'],
    apply: (proxy, [algorithm]) => {
      if (algorithm !== 'roundrobin' && algorithm !== 'leastconn')
        throw new Complaint(`'balance' : '${algorithm ?? ''}' is not simulated`);
      proxy.balance = algorithm;
    },
  },
  timeout: {
    in: everywhere,
    apply: (proxy, [name = '', time]) => {
      if (!timeouts.includes(name))
        throw new Complaint(`'timeout' supports '${timeouts.join("', '")}' (got '${name}')`);
      proxy.timeoutsMs[name] = duration(time, `timeout ${name}`);
    },
  },
  maxconn: {
    in: ['defaults', 'frontend'],
    apply: (proxy, [count]) => void (proxy.maxconn = wholeNumber(count, 'maxconn')),
  },
  'default-server': {
    in: ['defaults', 'backend'],
    apply: (proxy, words) =>
      void (proxy.serverDefaults = { ...proxy.serverDefaults, ...serverOptions(words, 'default-server') }),
  },
  bind: { in: ['frontend'], apply: bind },
  acl: {
    in: ['frontend'],
    apply: async (proxy, [name = '', ...expression], context) => {
      try {
        const holds = await parseExpression(expression, (path) => lines(context, path));
        proxy.acls.set(name, [...(proxy.acls.get(name) ?? []), holds]);
      } catch (error) {
        throw new Complaint(`error detected while parsing ACL '${name}' : ${(error as Error).message}`);
      }
    },
  },
  'stick-table': {
    in: ['frontend'],
    apply: (proxy, words) => {
      const stored = 'conn_cur,conn_rate(10s)';
      exactly(
        words,
        ['type', 'ip', 'size', words[3] ?? '', 'expire', words[5] ?? '', 'store', stored],
        'stick-table',
      );
      duration(words[5], 'expire');
      proxy.table = true;
    },
  },
  'tcp-request': { in: ['frontend'], apply: tcpRequest },
  'http-request': {
    in: ['frontend'],
    apply: async (proxy, words, context) => {
      const [action, when] = untilCondition(words);
      proxy.httpRules.push({ action: httpAction(action), holds: await condition(proxy, when, context) });
    },
  },
  stats: {
    in: ['frontend'],
    apply: (proxy, [word, value]) => {
      if (word === 'enable') proxy.statisticsUri ??= '/haproxy?stats';
      else if (word === 'uri' && value?.startsWith('/')) proxy.statisticsUri = value;
      else if (word === 'refresh') duration(value, 'stats refresh');
      else throw new Complaint(`unknown stats parameter '${word ?? ''}'`);
    },
  },
  use_backend: {
    in: ['frontend'],
    apply: async (proxy, [name = '', ...when], context) =>
      void proxy.uses.push({ action: name, holds: await condition(proxy, when, context) }),
  },
  default_backend: {
    in: ['frontend'],
    apply: (proxy, words) => {
      if (words.length !== 1) throw new Complaint("'default_backend' expects <name> as argument.");
      proxy.defaultBackend = words[0];
    },
  },
  'http-check': { in: ['backend'], apply: httpCheck },
  server: {
    in: ['backend'],
    apply: (proxy, words) => {
      const server = serverLine(words, proxy.serverDefaults);
      if (proxy.servers.some(({ name }) => name === server.name))
        throw new Complaint(
          `backend '${proxy.name}', another server named '${server.name}' was already defined`,
        );
      proxy.servers.push(server);
    },
  },
};

async function bind(proxy: Proxy, words: string[], { where, text }: Context): Promise<void> {
  const [at = '', ...options] = words;
  if (at.startsWith('unix@')) {
    exactly(options, ['mode', '600'], 'bind unix');
    proxy.binds.push({ kind: 'unix', path: at.slice(5), where });
    return;
  }
  const place = endpoint(at, 'bind');
  if (options.length === 0) return void proxy.binds.push({ kind: 'tcp', ...place, where });
  const path = options[2] ?? '';
  exactly(options, ['ssl', 'crt', path, 'alpn', 'h2,http/1.1'], 'bind');
  const pem = await text(path);
  const said = `'bind ${at}' in section 'frontend' : unable to`;
  if (pem === undefined)
    throw new Complaint(`${said} stat SSL certificate from file '${path}' : No such file or directory.`);
  try {
    createSecureContext({ key: pem, cert: pem });
  } catch (error) {
    throw new Complaint(`${said} load certificate and key from file '${path}': ${(error as Error).message}.`);
  }
  proxy.binds.push({ kind: 'tcp', ...place, pem, where });
}

async function tcpRequest(proxy: Proxy, [stage, ...rest]: string[], context: Context): Promise<void> {
  if (stage === 'inspect-delay') return void (proxy.inspectDelayMs = duration(rest[0], 'inspect-delay'));
  if (stage !== 'connection' && stage !== 'content')
    throw new Complaint(
      `'tcp-request' expects 'inspect-delay', 'connection' or 'content' (got '${stage ?? ''}')`,
    );
  const [words, when] = untilCondition(rest);
  const action = words.join(' ');
  try {
    const holds = await condition(proxy, when, context);
    if (action === 'accept' || action === 'reject') proxy[`${stage}Rules`].push({ action, holds });
    else if (stage === 'connection' && action === 'track-sc0 src')
      proxy.connectionRules.push({ action: 'track', holds });
    else throw new Complaint(`expects 'accept', 'reject' or 'track-sc0' (got '${action}')`);
  } catch (error) {
    throw new Complaint(
      `'tcp-request ${stage} ${action}' : error detected in frontend '${proxy.name}' : ${(error as Error).message}`,
    );
  }
}

function httpAction(words: string[]): HttpAction {
  const [name, ...rest] = words;
  const text = rest.join(' ');
  if (name === 'redirect' && text === 'scheme https code 301') return { kind: 'redirect', status: 301 };
  if (name === 'auth' && rest[0] === 'realm' && rest.length === 2) return { kind: 'auth', realm: rest[1]! };
  if (name === 'use-service' && text === 'prometheus-exporter') return { kind: 'metrics' };
  const [, status, contentType, said] = /^status (\d{3}) content-type (\S+) string (\S+)$/.exec(text) ?? [];
  if (name === 'return' && status)
    return { kind: 'return', status: Number(status), contentType: contentType!, text: said! };
  throw new Complaint(`'http-request ${words.join(' ')}' is not simulated`);
}

function httpCheck(proxy: Proxy, [what, ...words]: string[]): void {
  if (!proxy.httpCheck) throw new Complaint("'http-check' needs 'option httpchk' before it");
  if (what === 'send') {
    const [path = '', host = ''] = [words[3], words[8]];
    exactly(words, ['meth', 'GET', 'uri', path, 'ver', 'HTTP/1.1', 'hdr', 'Host', host], 'http-check send');
    Object.assign(proxy.httpCheck, { path, host });
  } else if (what === 'expect' && words[0] === 'status') proxy.httpCheck.expects = statusMatcher(words[1]);
  else throw new Complaint(`'http-check ${what ?? ''}' : '${words.join(' ')}' is not simulated`);
}
