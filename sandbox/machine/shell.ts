import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bash, defineCommand, type ExecResult } from 'just-bash';
import { assignmentsSucceed } from './assignments.js';
import { allCommands } from './commands/index.js';
import {
  CommandError,
  quoted,
  type CommandContext,
  type Ran,
  type Session,
  type SimulatedCommand,
} from './command.js';
import type { SimulatedMachine } from './machine.js';
import { maskedFiles, maskVariable, subshellsEndMasks } from './umask.js';

const longestPollMs = 5_000;

// The interpreter gives every command of a pipeline or of `xargs -P` the same signal, on which each listens until it
// ends; a leak beyond that is still warned of.
setMaxListeners(256);

const limits = { maxCommandCount: 200_000, maxLoopIterations: 200_000, maxCallDepth: 200 };

/**
 * Runs a command line on a machine as a user, to its end, with whatever it changed written down.
 * @param signal ends it early; what it had done stays done.
 */
export async function runShell(
  machine: SimulatedMachine,
  user: string,
  commandLine: string,
  stdin: string,
  signal?: AbortSignal,
): Promise<Ran> {
  const session: Session = { machine, user, release: [], depth: 0 };
  try {
    return await execute(session, commandLine, stdin, [], signal);
  } finally {
    for (const release of session.release) release();
    const written = machine.files.takeWritten();
    for (const path of new Set(written))
      if (!/^\/(run|tmp|proc|dev|sys)\b/.test(path) && !/\.[A-Za-z0-9]{6}$/.test(path))
        machine.effect('write', { path });
    await machine.persist();
  }
}

/** Runs what changes nothing that is kept, as a program's own check does: as root, and nothing is written down. */
export async function runUnrecorded(
  machine: SimulatedMachine,
  commandLine: string,
  signal: AbortSignal,
): Promise<Ran> {
  return execute({ machine, user: 'root', release: [], depth: 0 }, commandLine, '', [], signal);
}

/** Pauses of polling loops are shortened unless waits are to be realistic; longer ones stay what they are. */
async function slept({ machine }: Session, ms: number, signal: AbortSignal | undefined): Promise<void> {
  const short = machine.surroundings.waits.profile !== 'realistic' && ms <= longestPollMs;
  await sleep(short ? Math.min(ms, 50) : ms, undefined, { ...(signal && { signal }) });
}

async function execute(
  session: Session,
  script: string,
  stdin: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Ran> {
  const { machine } = session;
  const home = session.user === 'root' ? '/root' : `/home/${session.user}`;
  const bash = new Bash({
    fs: maskedFiles(machine.files, session),
    cwd: (await machine.files.exists(home)) ? home : '/',
    env: {
      HOME: home,
      USER: session.user,
      LOGNAME: session.user,
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOSTNAME: machine.kernelHostName,
      ...(session.mask !== undefined && { [maskVariable]: session.mask }),
    },
    executionLimits: limits,
    // The scripts are Socle's own, and simulated commands wait with the real clock.
    defenseInDepth: false,
    sleep: (ms) => slept(session, ms, signal),
    customCommands: allCommands.map((command) =>
      defineCommand(command.name, (words, context) => invoke(session, command, words, context, signal)),
    ),
  });
  bash.registerTransformPlugin(assignmentsSucceed);
  bash.registerTransformPlugin(subshellsEndMasks);
  const result = await bash.exec(
    args.length > 0 ? `set -- ${args.map(quoted).join(' ')}\n${script}` : script,
    {
      stdin,
      ...(signal && { signal }),
    },
  );
  return { stdout: result.stdout, stderr: result.stderr, exitCode: result.exitCode };
}

async function invoke(
  session: Session,
  command: SimulatedCommand,
  args: string[],
  context: { stdin: unknown; cwd: string; env: Map<string, string> },
  signal: AbortSignal | undefined,
): Promise<ExecResult> {
  const { machine } = session;
  if (!machine.hasCommand(command.name)) return failed(`bash: ${command.name}: command not found`, 127);
  if (command.root && session.user !== 'root')
    return failed(`${command.name}: permission denied: only root can do that`, 1);
  const run: CommandContext['run'] = async (
    script,
    { user = session.user, stdin = '', args: words = [] } = {},
  ) => {
    if (session.depth > 20) throw new CommandError('too many nested shells');
    const nested: Session = { ...session, user, depth: session.depth + 1 };
    return execute(nested, script, stdin, words, signal);
  };
  try {
    const result = await command.run(args, {
      session,
      machine,
      stdin: typeof context.stdin === 'string' ? context.stdin : '',
      cwd: context.cwd,
      variables: context.env,
      run,
      signal,
    });
    return { stdout: result?.stdout ?? '', stderr: result?.stderr ?? '', exitCode: result?.exitCode ?? 0 };
  } catch (error) {
    if (error instanceof CommandError) return failed(error.message, error.exitCode);
    throw error;
  }
}

function failed(message: string, exitCode: number): ExecResult {
  return { stdout: '', stderr: `${message}\n`, exitCode };
}
