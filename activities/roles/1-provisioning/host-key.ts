import { setTimeout as sleep } from 'node:timers/promises';
import { isExpectedKey } from '../../clients/ssh/host-key.js';
import { shownHostKey } from '../../clients/ssh/shown-host-key.js';
import { NotReadyError, PermanentError } from '../../errors.js';
import { hostTarget } from '../../host/host-target.js';
import type { StepContext } from '../../role.js';

const lookAgainMs = 500;
const longestWaitMs = 15 * 60_000;

/** A machine that answers with another key this long is another machine; shorter may be an image's key before cloud-init ran. */
const wrongKeyMs = 20_000;

export type HostKeyAnswer =
  { state: 'known' } | { state: 'silent'; why: string } | { state: 'wrong'; key: string };

/** Whether a machine's SSH port answers with a key that Socle gave it (first boot, or after prepare-vms replaced it). */
export async function askHostKey(context: StepContext): Promise<HostKeyAnswer> {
  const { site, machine, secrets, signal } = context;
  const target = await hostTarget(site, machine, secrets, 'bootstrap');
  try {
    const key = await shownHostKey(target, signal);
    return isExpectedKey(target, key) ? { state: 'known' } : { state: 'wrong', key };
  } catch (error) {
    signal.throwIfAborted();
    return { state: 'silent', why: (error as Error).message };
  }
}

/** @throws NotReadyError after a quarter of an hour, PermanentError for a host that keeps answering with another key */
export async function awaitHostKey(context: StepContext): Promise<void> {
  const { machine, signal, progress } = context;
  const startedAt = Date.now();
  let wrongSince: number | undefined;
  let last = 'not asked yet';
  while (Date.now() - startedAt < longestWaitMs) {
    const answer = await askHostKey(context);
    if (answer.state === 'known') return;
    last = answer.state === 'silent' ? answer.why : `another host key, ${answer.key}`;
    wrongSince = answer.state === 'wrong' ? (wrongSince ?? Date.now()) : undefined;
    if (wrongSince !== undefined && Date.now() - wrongSince > wrongKeyMs)
      throw new PermanentError(
        `${machine.name}: ${machine.address} answers with a host key that Socle did not give it (${last}). Another machine has this address, or the template ignores cloud-init's VMware datasource`,
      );
    progress(`${machine.name}: waiting for SSH on ${machine.address}: ${last}`);
    await sleep(lookAgainMs, undefined, { signal });
  }
  throw new NotReadyError(`${machine.name}: SSH on ${machine.address} port ${machine.sshPort}`, last);
}
