import { closeAll, lease, leaveConnection } from './connection-pool.js';
import { commandError, runCommand, type CommandOptions, type CommandResult } from './run-command.js';
import { targetName, type SshTarget } from './target.js';

export type Host = {
  /**
   * Runs a command and answers with its exit code, whatever that is.
   * @throws SshCommandError when it did not end (connection lost, limit passed), NotReadyError, PermanentError
   */
  execute: (command: string, options?: CommandOptions) => Promise<CommandResult>;
  /**
   * Runs a POSIX shell script as root. It goes through standard input, so it never shows in a process list.
   * @throws SshCommandError also when it ends with another code than 0
   */
  run: (script: string, options?: Omit<CommandOptions, 'stdin'>) => Promise<CommandResult>;
  /** Makes the next command connect anew: proof that a login still works. */
  reconnect: () => void;
};

/** A host to run commands on. Connects with the first command; connections are shared, kept and closed when idle. */
export function openHost(target: SshTarget): Host {
  const host = targetName(target);
  const execute = async (command: string, options: CommandOptions = {}): Promise<CommandResult> => {
    options.signal?.throwIfAborted();
    const { connection, release, drop } = await lease(target);
    const outcome = await runCommand(host, connection, command, options);
    if ('result' in outcome) {
      release();
      return outcome.result;
    }
    if (outcome.usable) release();
    else drop();
    throw outcome.cutOff;
  };
  return {
    execute,
    reconnect: () => {
      leaveConnection(target);
    },
    run: async (script, options = {}) => {
      const startedAt = Date.now();
      const shell = target.user === 'root' ? 'sh -s' : 'sudo -n sh -s';
      const result = await execute(shell, { label: 'the script', ...options, stdin: script });
      if (result.exitCode === 0) return result;
      throw commandError(
        host,
        shell,
        { label: 'the script', ...options },
        result.stderr,
        result.exitCode,
        startedAt,
      );
    },
  };
}

/** Closes all connections of this process at once. */
export function closeHosts(): void {
  closeAll();
}
