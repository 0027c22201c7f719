import type { HaproxyConfiguration } from './configuration.js';
import type { Context } from './proxy-keywords.js';
import { Complaint, duration, exactly, wholeNumber } from './values.js';

type Apply = (configuration: HaproxyConfiguration, words: string[], context: Context) => Promise<void> | void;

/** Keywords of the global section that Socle's text and the package's own use (configuration manual 2.6, section 3). */
export const globalKeywords: Readonly<Record<string, Apply>> = {
  log: (_configuration, words) => exactly(words, ['/dev/log', 'local0', ...words.slice(2, 3)], 'log'),
  daemon: () => undefined,
  chroot: (configuration, [folder]) => void (configuration.chroot = folder),
  maxconn: (configuration, [count]) => void (configuration.maxconn = wholeNumber(count, 'maxconn')),
  'hard-stop-after': (configuration, [time]) =>
    void (configuration.hardStopMs = duration(time, 'hard-stop-after')),
  user: (_configuration, [name], { text }) => known(text, '/etc/passwd', 'user', name),
  group: (_configuration, [name], { text }) => known(text, '/etc/group', 'group', name),
  stats: (configuration, [what, value, ...rest]) => {
    if (what === 'timeout') return void duration(value, 'stats timeout');
    if (what !== 'socket' || !value?.startsWith('/'))
      throw new Complaint(`'stats ${what ?? ''}' is not simulated`);
    exactly(rest, ['mode', rest[1] === '660' ? '660' : '600', 'level', 'admin'], 'stats socket');
    configuration.adminSocket = value;
  },
  'ssl-default-bind-options': (_configuration, words) =>
    exactly(words, ['ssl-min-ver', 'TLSv1.2', 'no-tls-tickets'], 'ssl-default-bind-options'),
};

async function known(text: Context['text'], file: string, kind: string, name = ''): Promise<void> {
  const entries = ((await text(file)) ?? '').split('\n');
  if (!entries.some((entry) => entry.startsWith(`${name}:`)))
    throw new Complaint(`cannot find ${kind} id for '${name}' (0:Success)`);
}
