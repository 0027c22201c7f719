import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { CommandError, type CommandContext, type Ran } from '../command.js';
import { parseOptions } from './options.js';

type Download = { url: URL; output: string; login: string | undefined; saysStatus: boolean };

/**
 * `curl` that downloads a file over http and goes on with what is there: `--fail --continue-at - --output FILE URL`. It
 * asks the real server behind a service of the simulated network. Exit codes are curl's own.
 * @see https://curl.se/docs/manpage.html#EXIT
 */
export async function downloadWithCurl(
  args: readonly string[],
  context: CommandContext,
): Promise<Partial<Ran>> {
  const wanted = await requested(args, context);
  let status = 0;
  const answered = (code: number): void => {
    status = code;
  };
  const ended = await transfer(wanted, context, answered).then(
    () => ({}),
    (error: unknown) => {
      if (!(error instanceof CommandError)) throw error;
      return { stderr: `${error.message}\n`, exitCode: error.exitCode };
    },
  );
  return { ...ended, stdout: wanted.saysStatus ? String(status).padStart(3, '0') : '' };
}

async function transfer(
  wanted: Download,
  context: CommandContext,
  answered: (status: number) => void,
): Promise<void> {
  const { files } = context.machine;
  const had = (await files.exists(wanted.output))
    ? Buffer.from(await files.readFileBuffer(wanted.output))
    : Buffer.alloc(0);
  const response = await answer(wanted, had.length, context);
  const status = response.statusCode ?? 0;
  answered(status);
  if (status >= 400) throw stopped(response, `(22) The requested URL returned error: ${status}`, 22);
  if (status >= 300) throw stopped(response, `(1) ${status}: following elsewhere is not simulated`, 1);
  if (status !== 206 && had.length > 0)
    throw stopped(response, "(33) HTTP server doesn't seem to support byte ranges. Cannot resume.", 33);
  const parts: Buffer[] = [had];
  let isCut = false;
  try {
    for await (const part of response) parts.push(part as Buffer);
  } catch {
    isCut = true;
  }
  await files.writeFile(wanted.output, Buffer.concat(parts));
  if (isCut) throw failed('(56) Recv failure: Connection reset by peer', 56);
}

async function requested(args: readonly string[], { machine, cwd }: CommandContext): Promise<Download> {
  const { options, rest } = parseOptions('curl', args, {
    '--fail': 'flag',
    '--silent': 'flag',
    '--show-error': 'flag',
    '--location': 'flag',
    '--connect-timeout': 'value',
    '--speed-limit': 'value',
    '--speed-time': 'value',
    '--netrc-file': 'value',
    '--write-out': 'value',
    '--continue-at': 'value',
    '--output': 'value',
  });
  const [address = '', ...more] = rest;
  const output = options.get('--output');
  if (
    !options.has('--fail') ||
    options.get('--continue-at') !== '-' ||
    output === undefined ||
    more.length > 0
  )
    throw failed('only --fail --continue-at - --output FILE URL is simulated', 2);
  const writeOut = options.get('--write-out');
  if (writeOut !== undefined && writeOut !== '%{http_code}')
    throw failed(`--write-out ${writeOut} is not simulated`, 2);
  if (!URL.canParse(address)) throw failed(`(3) URL rejected: ${address}`, 3);
  const url = new URL(address);
  if (url.protocol !== 'http:') throw failed(`(1) Protocol "${url.protocol}" is not simulated`, 1);
  const path = machine.files.resolvePath(cwd, output);
  if (!(await machine.files.exists(path.slice(0, path.lastIndexOf('/')) || '/')))
    throw failed('(23) Failure writing output to destination', 23);
  const netrc = options.get('--netrc-file');
  const logins = netrc === undefined ? undefined : await machine.files.text(netrc);
  const own = /^machine (\S+) login (\S+) password (\S+)$/gm;
  const found = [...(logins ?? '').matchAll(own)].find(([, host]) => host === url.hostname);
  return { url, output: path, login: found && `${found[2]}:${found[3]}`, saysStatus: writeOut !== undefined };
}

async function answer(
  { url, login }: Download,
  from: number,
  { machine, signal }: CommandContext,
): Promise<IncomingMessage> {
  const port = Number(url.port || 80);
  const reached = machine.surroundings.network.connect(machine.address, url.hostname, port);
  const place = `${url.hostname} port ${port}`;
  if (reached === 'blocked') throw failed(`(28) Failed to connect to ${place}: Connection timed out`, 28);
  const refused = failed(`(7) Failed to connect to ${place}: Couldn't connect to server`, 7);
  if (reached === 'refused') throw refused;
  const request = get(url, {
    agent: false,
    ...(signal && { signal }),
    headers: {
      ...(from > 0 && { Range: `bytes=${from}-` }),
      ...(login !== undefined && { Authorization: `Basic ${Buffer.from(login).toString('base64')}` }),
    },
  });
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return response;
  } catch {
    throw refused;
  }
}

function stopped(response: IncomingMessage, message: string, exitCode: number): CommandError {
  response.destroy();
  return failed(message, exitCode);
}

function failed(message: string, exitCode: number): CommandError {
  return new CommandError(`curl: ${message}`, exitCode);
}
