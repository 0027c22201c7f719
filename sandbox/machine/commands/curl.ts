import { CommandError, type CommandContext, type Ran, type SimulatedCommand } from '../command.js';
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
  '--data': 'value',
  '-d': 'value',
  '--write-out': 'value',
  '-w': 'value',
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
      const writeOut = given.get('--write-out') ?? given.get('-w');
      if (writeOut !== undefined && writeOut !== '%{http_code}')
        throw new CommandError(`curl: --write-out ${writeOut} is not simulated`, 2);
      const data = given.get('--data') ?? given.get('-d');
      const body = data === undefined ? undefined : await bodyOf(data, context);
      if (data !== undefined && body === undefined) return problem(26, `Failed to open ${data.slice(1)}`);
      const answer = await ask(machine, socket, new URL(address), body);
      const code = writeOut === undefined ? '' : String(answer?.status ?? 0).padStart(3, '0');
      if (!answer) return { ...problem(7, "Couldn't connect to server"), stdout: code };
      if (has('--fail', '-f') && answer.status >= 400)
        return { ...problem(22, `The requested URL returned error: ${answer.status}`), stdout: code };
      const file = given.get('--output') ?? given.get('-o');
      if (file === undefined) return { stdout: answer.body + code };
      await machine.files.writeFile(machine.files.resolvePath(cwd, file), answer.body);
      return { stdout: code };
    },
  },
];

/** What `--data` sends: itself, or after `@` a file or standard input, without the ends of their lines. */
async function bodyOf(data: string, { machine, cwd, stdin }: CommandContext): Promise<string | undefined> {
  if (!data.startsWith('@')) return data;
  const name = data.slice(1);
  const text = name === '-' ? stdin : await machine.files.text(machine.files.resolvePath(cwd, name));
  return text?.replace(/[\r\n]/g, '');
}

type Machine = CommandContext['machine'];

/** A socket whose program is gone refuses; so does a path without one. */
async function ask(
  machine: Machine,
  socket: string,
  { pathname, search, host }: URL,
  body: string | undefined,
): Promise<HttpAnswer | undefined> {
  const question = { path: pathname + search, host, authorization: '' };
  const form = { method: 'POST', contentType: 'application/x-www-form-urlencoded' };
  return machine.unixSockets.get(socket)?.(
    body === undefined ? { ...question, method: 'GET' } : { ...question, ...form, body },
  );
}
