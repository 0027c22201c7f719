import { createInterface, Readline } from 'node:readline/promises';
import type { Client } from '@temporalio/client';
import { answerGate } from './answer.js';
import type { RunView } from './view.js';

/**
 * Asks the person at the terminal when a gate opens. Without a terminal nothing is asked: the run waits for
 * `socle approve`.
 */
export function askAtGates(client: Client, who: string, terminal: boolean): (view: RunView) => Promise<void> {
  const asked = new Set<number>();
  return async (view) => {
    const gate = view.progress?.gates.at(-1);
    if (!terminal || gate?.state !== 'open' || asked.has(gate.openedMs)) return;
    asked.add(gate.openedMs);
    if (!gate.starterMayApprove && view.progress?.startedBy === who) return;
    const prompt = createInterface({ input: process.stdin, output: process.stdout });
    prompt.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    prompt.on('error', () => process.kill(process.pid, 'SIGHUP'));
    const text = await prompt.question(`Approve phase ${gate.before} as ${who}? [y/N/later] `);
    prompt.close();
    // The picture is drawn anew from where it stood: the cursor goes back to where the question began.
    await new Readline(process.stdout).moveCursor(0, -1).cursorTo(0).clearScreenDown().commit();
    const verb = /^y(es)?$/i.test(text.trim())
      ? 'approve'
      : /^n(o)?$/i.test(text.trim())
        ? 'reject'
        : undefined;
    if (!verb) return;
    await answerGate(client, view.workflowId, view.runId, verb, {
      gate: gate.before,
      hash: view.hash,
      who,
      comment: '',
    });
  };
}
