import { setTimeout as sleep } from 'node:timers/promises';
import { openHost } from '../clients/ssh/open-host.js';
import type { Json } from '../../config/json.js';
import type { StepContext } from '../role.js';
import { hostTarget } from './host-target.js';
import { confirmScript } from './timed-restore.js';

/** Longer than sshd takes to read its configuration again, shorter than the timed restore. */
const longestWaitMs = 30_000;
const lookAgainMs = 500;

/**
 * Proves over a new connection that the login still works with the final host key and ends a timed restore.
 * @throws what the last try threw, after half a minute
 */
export async function confirmLogin<Inputs extends Json>(context: StepContext<Inputs>): Promise<void> {
  const { site, machine, secrets, signal, progress } = context;
  const host = openHost(await hostTarget(site, machine, secrets));
  const startedAt = Date.now();
  progress('confirm over a new connection');
  for (;;) {
    host.reconnect();
    try {
      await host.run(confirmScript, { signal, label: 'confirm', timeoutMs: 10_000 });
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (Date.now() - startedAt > longestWaitMs) throw error;
    }
    await sleep(lookAgainMs, undefined, { signal });
  }
}
