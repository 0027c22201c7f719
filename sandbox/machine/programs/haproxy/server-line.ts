import type { ServerSettings } from './configuration.js';
import { Complaint, duration, endpoint, exactly, wholeNumber } from './values.js';

type Options = Partial<ServerSettings>;

const flags: Readonly<Record<string, Options>> = {
  check: { check: true },
  'check-ssl': { checkTls: true },
  'send-proxy-v2': { proxyHeader: true },
  backup: { backup: true },
};

const withValue: Readonly<Record<string, (word: string | undefined) => Options>> = {
  inter: (word) => ({ interMs: duration(word, 'inter') }),
  fastinter: (word) => ({ fastInterMs: duration(word, 'fastinter') }),
  downinter: (word) => ({ downInterMs: duration(word, 'downinter') }),
  rise: (word) => ({ rise: wholeNumber(word, 'rise') }),
  fall: (word) => ({ fall: wholeNumber(word, 'fall') }),
  'on-marked-down': (word) => {
    exactly([word ?? ''], ['shutdown-sessions'], 'on-marked-down');
    return { shutdownSessions: true };
  },
  verify: (word) => {
    exactly([word ?? ''], ['none'], 'verify');
    return {};
  },
};

/** The options of `server` and `default-server`. */
export function serverOptions(words: readonly string[], server: string): Options {
  const options: Options = {};
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]!;
    const take = Object.hasOwn(withValue, word) ? withValue[word] : undefined;
    if (take) Object.assign(options, take(words[(index += 1)]));
    else if (Object.hasOwn(flags, word)) Object.assign(options, flags[word]);
    else throw new Complaint(`'server ${server}' : unknown keyword '${word}'`);
  }
  return options;
}

/** `server NAME ADDRESS:PORT OPTIONS…` */
export function serverLine(
  [name = '', at, ...options]: readonly string[],
  defaults: Omit<ServerSettings, 'name' | 'address' | 'port'>,
): ServerSettings {
  if (name === '' || at === undefined)
    throw new Complaint("'server' expects <name> and <addr>[:<port>] as arguments.");
  return { ...defaults, ...serverOptions(options, name), name, ...endpoint(at, `server ${name}`) };
}
