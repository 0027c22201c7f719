import { CommandError, type SimulatedCommand } from '../command.js';
import { downloadWithCurl } from './curl-download.js';
import { parseOptions } from './options.js';

const options = {
  '--silent': 'flag',
  '--fail': 'flag',
  '--show-error': 'flag',
  '--output': 'value',
  '--max-time': 'value',
  '--unix-socket': 'value',
} as const;

/** curl, as far as programs of the same machine are asked over a unix socket and files are downloaded. */
export const curlCommands: readonly SimulatedCommand[] = [
  {
    name: 'curl',
    run: async (args, context) => {
      if (!args.includes('--unix-socket')) return downloadWithCurl(args, context);
      const { machine } = context;
      const { options: given } = parseOptions('curl', args, options);
      const path = given.get('--unix-socket') ?? '';
      const answer = machine.unixSockets.get(path)?.();
      const said = (message: string): string =>
        given.has('--silent') && !given.has('--show-error') ? '' : message;
      if (!answer) throw new CommandError(said(`curl: (7) Failed to connect to ${path}`), 7);
      if (given.has('--fail') && answer.status >= 400)
        throw new CommandError(said(`curl: (22) The requested URL returned error: ${answer.status}`), 22);
      return given.get('--output') === undefined ? { stdout: answer.body } : undefined;
    },
  },
];
