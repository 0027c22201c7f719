import { CommandError, type Ran, type SimulatedCommand } from '../command.js';
import type { HttpAnswer } from '../programs/program.js';
import { downloadWithCurl } from './curl-download.js';
import { parseOptions } from './options.js';

const options = {
  '--silent': 'flag',
  '-s': 'flag',
  '--show-error': 'flag',
  '-S': 'flag',
  '--fail': 'flag',
  '-f': 'flag',
  '--output': 'value',
  '-o': 'value',
  '--max-time': 'value',
  '-m': 'value',
  '--unix-socket': 'value',
} as const;

/** curl asks programs of its own machine over their sockets; everything else is a download. */
export const curlCommands: readonly SimulatedCommand[] = [
  {
    name: 'curl',
    run: async (args, context) => {
      if (!args.includes('--unix-socket')) return downloadWithCurl(args, context);
      const { machine, cwd } = context;
      const { options: given, rest } = parseOptions('curl', args, options);
      const has = (...names: string[]): boolean => names.some((name) => given.has(name));
      const isQuiet = has('--silent', '-s') && !has('--show-error', '-S');
      const problem = (exitCode: number, message: string): Partial<Ran> => ({
        stderr: isQuiet ? '' : `curl: (${exitCode}) ${message}\n`,
        exitCode,
      });
      const socket = given.get('--unix-socket');
      const [address, ...more] = rest;
      if (socket === undefined || !address?.startsWith('http://') || more.length > 0)
        throw new CommandError('curl: only one http:// address behind --unix-socket is simulated', 2);
      const answer = ask(machine, socket, new URL(address));
      if (!answer) return problem(7, "Couldn't connect to server");
      if (has('--fail', '-f') && answer.status >= 400)
        return problem(22, `The requested URL returned error: ${answer.status}`);
      const file = given.get('--output') ?? given.get('-o');
      if (file === undefined) return { stdout: answer.body };
      await machine.files.writeFile(machine.files.resolvePath(cwd, file), answer.body);
      return undefined;
    },
  },
];

type Machine = Parameters<SimulatedCommand['run']>[1]['machine'];

/** A socket whose program is gone refuses; so does a path without one. */
function ask(machine: Machine, socket: string, { pathname, search, host }: URL): HttpAnswer | undefined {
  const question = { method: 'GET', path: pathname + search, host, authorization: '' };
  return machine.unixSockets.get(socket)?.(question);
}
