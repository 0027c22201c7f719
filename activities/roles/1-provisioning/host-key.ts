import { setTimeout as sleep } from 'node:timers/promises';
import { isExpectedKey } from '../../clients/ssh/host-key.js';
import { openHost } from '../../clients/ssh/open-host.js';
import { shownHostKey } from '../../clients/ssh/shown-host-key.js';
import { NotReadyError, PermanentError } from '../../errors.js';
import { hostTarget } from '../../host/host-target.js';
import type { StepContext } from '../../role.js';

const lookAgainMs = 500;
const longestWaitMs = 15 * 60_000;

/** A machine that answers with another key this long is another machine; shorter may be an image's key before cloud-init ran. */
const wrongKeyMs = 20_000;

/** A machine with the right key that lets Socle in only later than this was not made by its cloud-init data. */
const closedMs = 2 * 60_000;

export type HostKeyAnswer =
  | { state: 'known' }
  | { state: 'silent'; why: string }
  | { state: 'wrong'; key: string }
  /** The right key, and no login yet: systemd lets nobody in before it has started all (pam_nologin). */
  | { state: 'closed'; why: string };

/**
 * Whether a machine's SSH port answers with a key that Socle gave it (first boot, or after prepare-vms replaced it) and
 * takes Socle's login. Machines of another team are only asked for their key.
 */
export async function askHostKey(context: StepContext): Promise<HostKeyAnswer> {
  const { site, machine, secrets, signal } = context;
  const target = await hostTarget(site, machine, secrets, 'bootstrap');
  try {
    const key = await shownHostKey(target, signal);
    if (!isExpectedKey(target, key)) return { state: 'wrong', key };
  } catch (error) {
    signal.throwIfAborted();
    return { state: 'silent', why: (error as Error).message };
  }
  if (machine.existingHostKey !== undefined) return { state: 'known' };
  try {
    await openHost(target).execute('true', { signal, label: 'login' });
    return { state: 'known' };
  } catch (error) {
    signal.throwIfAborted();
    return { state: 'closed', why: (error as Error).message };
  }
}

/** What an answer other than the wanted one means, for a person. */
export function describeAnswer(answer: Exclude<HostKeyAnswer, { state: 'known' }>): string {
  if (answer.state === 'silent') return `SSH does not answer: ${answer.why}`;
  return answer.state === 'wrong'
    ? 'SSH answers with another host key'
    : `SSH does not let Socle in: ${answer.why}`;
}

/**
 * Waits until a machine answers as it must.
 * @throws NotReadyError after a quarter of an hour, or two minutes in which it lets nobody in, PermanentError for a host
 * that keeps answering with another key
 */
export async function awaitHostKey(context: StepContext): Promise<void> {
  const { machine, signal, progress } = context;
  const startedAt = Date.now();
  const since: { wrong?: number; closed?: number } = {};
  let last = 'not asked yet';
  const lasted = (state: 'wrong' | 'closed', ms: number): boolean =>
    since[state] !== undefined && Date.now() - since[state] > ms;
  while (Date.now() - startedAt < longestWaitMs && !lasted('closed', closedMs)) {
    const answer = await askHostKey(context);
    if (answer.state === 'known') return;
    last = answer.state === 'wrong' ? `another host key, ${answer.key}` : answer.why;
    for (const state of ['wrong', 'closed'] as const)
      if (answer.state === state) since[state] ??= Date.now();
      else delete since[state];
    if (lasted('wrong', wrongKeyMs))
      throw new PermanentError(
        `${machine.name}: ${machine.address} answers with a host key that Socle did not give it (${last}). Another machine has this address, or the template ignores cloud-init's VMware datasource`,
      );
    progress(`${machine.name}: waiting for SSH on ${machine.address}: ${last}`);
    await sleep(lookAgainMs, undefined, { signal });
  }
  throw new NotReadyError(`${machine.name}: SSH on ${machine.address} port ${machine.sshPort}`, last);
}
