import { setTimeout as sleep } from 'node:timers/promises';
import { openHost } from '../clients/ssh/open-host.js';
import type { CommandResult } from '../clients/ssh/run-command.js';
import { NotReadyError } from '../errors.js';
import type { StepContext } from '../role.js';
import { hostTarget } from './host-target.js';

/** Longer than sshd takes to read its configuration again; with the last try it still ends before the timed restore. */
const longestWaitMs = 20_000;
/** sudo is slow where the machine's own name does not resolve yet. */
const confirmMs = 30_000;
const lookAgainMs = 500;

/**
 * Runs a script over a new connection, which proves that the login still works with the final host key.
 * @param script may run more than once; it is what ends a timed restore
 * @throws NotReadyError when no new connection was made, and whatever else the last try threw
 */
export async function overNewConnection(context: StepContext, script: string): Promise<CommandResult> {
  const { site, machine, secrets, signal, progress } = context;
  const host = openHost(await hostTarget(site, machine, secrets));
  const startedAt = Date.now();
  progress('confirm over a new connection');
  for (;;) {
    host.reconnect();
    try {
      return await host.run(script, {
        signal,
        label: 'confirm',
        timeoutMs: confirmMs,
        redact: secrets.redact,
      });
    } catch (error) {
      signal.throwIfAborted();
      if (Date.now() - startedAt > longestWaitMs) throw explained(error, machine.name);
    }
    await sleep(lookAgainMs, undefined, { signal });
  }
}

function explained(error: unknown, name: string): unknown {
  if (!(error instanceof NotReadyError)) return error;
  return new NotReadyError(
    `a new connection to ${name} after the change`,
    `${error.lastState}. Firewall and network go back by themselves within a minute; see whether management and ssh in the site file still name where Socle works from`,
  );
}
