import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { readRun } from '../../client/run/read-run.js';
import type { StackUnderTest } from '../end-to-end/stack.js';

/** A step that parked: which, where, and what it said. */
export type Parked = { step: string; target: string; failure: string };

const lookEveryMs = 2_000;
/** A person who retried so often in vain ends the run. */
const mostRetries = 5;

/**
 * Answers each parked step, and each gate that was not passed because a machine did not answer its preflight, with
 * `socle retry`, as a person would, until `stop`; tells what was parked how often.
 */
export function answerParks(
  stack: StackUnderTest,
  client: Client,
  site: string,
): { stop: () => Promise<Parked[]> } {
  const answered = new Map<string, Parked>();
  let stopped = false;
  let retriedGates = 0;
  const answering = (async () => {
    while (!stopped) {
      const view = await readRun(client, site).catch(() => undefined);
      for (const { before, state, problems } of view?.progress?.gates ?? []) {
        if (state !== 'blocked' || retriedGates >= mostRetries) continue;
        const ran = await stack.socle('retry', site, '--gate', before, '--as', 'chaos');
        if (ran.code !== 0) continue;
        retriedGates += 1;
        const name = `gate ${before} ${retriedGates}`;
        answered.set(name, { step: 'gate', target: before, failure: problems.join('; ') });
      }
      for (const { parked } of Object.values(view?.open ?? {}))
        for (const { role, step, target, park, message } of parked) {
          const name = `${role}.${step}`;
          const before = [...answered.values()].filter(
            (each) => each.step === name && each.target === target,
          );
          const verb = before.length < mostRetries ? 'retry' : 'abort';
          const ran = await stack.socle(verb, site, name, target, '--as', 'chaos');
          // Without an answer the server was away: the next look finds it parked still.
          if (ran.code === 0)
            answered.set(`${name} ${target} ${park}`, { step: name, target, failure: message });
        }
      await sleep(lookEveryMs);
    }
  })();
  // Told at `stop`, not before.
  answering.catch(() => undefined);
  return {
    stop: async () => {
      stopped = true;
      await answering;
      return [...answered.values()];
    },
  };
}
