import { setMaxListeners } from 'node:events';
import { StringDecoder } from 'node:string_decoder';
import type { ClientChannel } from 'ssh2';
import { SshCommandError } from '../../errors.js';
import type { Connection } from './connect.js';

export type CommandOptions = {
  /** Scripts and secrets go here, never into the command, which every user of the host can read. */
  stdin?: string;
  signal?: AbortSignal;
  /** Called with each complete line of standard output as it comes. */
  onLine?: (line: string) => void;
  /** For the whole command; 10 minutes when absent. */
  timeoutMs?: number;
  /** Without a byte of output; 2 minutes when absent. */
  noOutputMs?: number;
  /** Clears secrets from what error messages quote. */
  redact?: (text: string) => string;
  /** What error messages call the command, when its text says little. */
  label?: string;
};

export type CommandResult = { stdout: string; stderr: string; exitCode: number };

const defaultTimeoutMs = 600_000;
const defaultNoOutputMs = 120_000;
const keptStderr = 8_192;
const shownStderrBytes = 500;

/** `cutOff` is a command that did not end by itself; `usable` says whether its connection may be used again. */
export type Outcome = { result: CommandResult } | { cutOff: Error; usable: boolean };

/**
 * Runs one command. `cutOff` holds the reason when the connection broke, a limit passed or the signal fired; the
 * command may go on there, so what is run this way must bear being run twice.
 */
export async function runCommand(
  host: string,
  connection: Connection,
  command: string,
  options: CommandOptions,
): Promise<Outcome> {
  const { signal, timeoutMs = defaultTimeoutMs, noOutputMs = defaultNoOutputMs } = options;
  const startedAt = Date.now();
  const output = collect(options.onLine);
  const error = (reason: string): SshCommandError =>
    commandError(host, command, options, `${output.stderr()}${reason}`, undefined, startedAt);
  const watch = watchdog(timeoutMs, noOutputMs, signal);
  const ended = connection.ssh.execCommand(command, {
    noTrim: true,
    stdin: options.stdin ?? '',
    onChannel: (channel: ClientChannel) => {
      watch.whenOver(() => channel.close());
    },
    onStdout: (chunk) => {
      watch.sign();
      output.onStdout(chunk);
    },
    onStderr: (chunk) => {
      watch.sign();
      output.onStderr(chunk);
    },
  });
  let forget = (): void => undefined;
  const closed = new Promise<'closed'>((resolve) => {
    forget = connection.onClose(() => {
      resolve('closed');
    });
  });
  try {
    const first = await Promise.race([ended, watch.over, closed]);
    if (first === 'aborted') return { cutOff: asError(signal?.reason), usable: true };
    if (first === 'closed') return { cutOff: error('the connection was lost'), usable: false };
    if (typeof first === 'string') return { cutOff: error(first), usable: false };
    if (first.code === null) return { cutOff: error(killedBy(first.signal)), usable: first.signal !== null };
    output.end();
    return { result: { stdout: output.stdout(), stderr: output.stderr(), exitCode: first.code } };
  } catch (reason) {
    return { cutOff: error(asError(reason).message), usable: false };
  } finally {
    watch.stop();
    forget();
    ended.catch(() => undefined);
  }
}

/** The error for a command that failed: the last 500 bytes of what it complained, cleared of secrets. */
export function commandError(
  host: string,
  command: string,
  { redact = (text) => text, label }: CommandOptions,
  stderr: string,
  exitCode: number | undefined,
  startedAt: number,
): SshCommandError {
  const name = label ?? redact(command.length > 80 ? `${command.slice(0, 79)}…` : command);
  const tail = Buffer.from(redact(stderr.trim())).subarray(-shownStderrBytes).toString('utf8');
  return new SshCommandError(host, name, exitCode, tail, Date.now() - startedAt);
}

function collect(onLine: ((line: string) => void) | undefined) {
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  let stdout = '';
  let stderr = '';
  let lineStart = 0;
  const tellLines = (): void => {
    if (onLine === undefined) return;
    for (let end = stdout.indexOf('\n', lineStart); end >= 0; end = stdout.indexOf('\n', lineStart)) {
      onLine(stdout.slice(lineStart, end));
      lineStart = end + 1;
    }
  };
  return {
    onStdout: (chunk: Buffer): void => {
      stdout += decoders.stdout.write(chunk);
      tellLines();
    },
    onStderr: (chunk: Buffer): void => {
      stderr = (stderr + decoders.stderr.write(chunk)).slice(-keptStderr);
    },
    end: (): void => {
      stdout += decoders.stdout.end();
      if (onLine !== undefined && lineStart < stdout.length) onLine(stdout.slice(lineStart));
    },
    stdout: () => stdout,
    stderr: () => stderr,
  };
}

/** `over` resolves with the reason when a limit passes or the signal fires. */
function watchdog(timeoutMs: number, noOutputMs: number, signal: AbortSignal | undefined) {
  const listeners: (() => void)[] = [];
  let isOver = false;
  let finish: (reason: string) => void = () => undefined;
  const over = new Promise<string>((resolve) => {
    finish = (reason) => {
      isOver = true;
      resolve(reason);
      for (const listener of listeners) listener();
    };
  });
  const whole = setTimeout(() => {
    finish(`no end after ${timeoutMs} ms`);
  }, timeoutMs);
  const silence = setTimeout(() => {
    finish(`no output for ${noOutputMs} ms`);
  }, noOutputMs);
  const abort = (): void => {
    finish('aborted');
  };
  // One step may run commands on many hosts under one signal.
  if (signal !== undefined) setMaxListeners(0, signal);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  return {
    over,
    whenOver: (listener: () => void): void => {
      if (isOver) listener();
      else listeners.push(listener);
    },
    sign: () => void silence.refresh(),
    stop: () => {
      clearTimeout(whole);
      clearTimeout(silence);
      signal?.removeEventListener('abort', abort);
    },
  };
}

function killedBy(signalName: string | null): string {
  return signalName === null ? 'the connection was lost' : `killed by ${signalName}`;
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
