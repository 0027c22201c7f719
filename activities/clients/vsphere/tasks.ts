import { setTimeout as sleep } from 'node:timers/promises';
import type { CallOptions } from '../hypervisor.js';
import { propertiesOf } from './properties.js';
import type { SoapSession } from './soap-session.js';
import { faultError } from './vim-fault.js';
import { child, referenceOf, textAt, type XmlNode } from './xml-node.js';
import type { Reference, Xml } from './xml.js';

const firstPauseMs = 50;
const longestPauseMs = 2_000;

/**
 * Waits until a task has ended.
 * @param what says what is being done, for progress and errors: "clone vault-1"
 * @returns `info.result`, undefined when the task has none
 * @throws VimFault for a task that ended in error; the signal's reason
 */
export async function waitForTask(
  session: SoapSession,
  task: Reference,
  what: string,
  { signal, progress }: CallOptions,
): Promise<XmlNode | undefined> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const [found] = await propertiesOf(session, [task], ['info'], signal);
    const info = found?.properties.get('info');
    const state = textAt(info, 'state');
    if (state === 'success') return child(info, 'result');
    if (state === 'error')
      throw faultError(what, child(info, 'error', 'fault'), textAt(info, 'error', 'localizedMessage') ?? '');
    const percent = textAt(info, 'progress');
    progress(`${what}: ${state ?? 'unknown'}${percent === undefined ? '' : ` ${percent} %`}`);
    await sleep(pauseMs, undefined, { signal });
  }
}

/** Calls a method that answers with a task, and waits for the task. */
export async function runTask(
  session: SoapSession,
  method: string,
  target: Reference,
  parameters: readonly (Xml | undefined)[],
  what: string,
  options: CallOptions,
): Promise<XmlNode | undefined> {
  const answer = await session.call(method, target, parameters, options.signal);
  const task = referenceOf(child(answer, 'returnval'));
  if (task === undefined) throw new Error(`vSphere ${method} answered without a task`);
  return waitForTask(session, task, what, options);
}
