import type { Client } from '@temporalio/client';
import { UserError } from '../../config/errors.js';
import type { GateProgress } from '../../workflows/progress.js';
import { answerGate } from './answer.js';
import { answerableGate } from './answerable-gate.js';
import type { AnswerKey, Terminal } from './terminal.js';
import type { RunView } from './view.js';

export type Asking = {
  who: string;
  terminal: Pick<Terminal, 'ask' | 'takeAnswer'>;
  /** Ask without a key, once, when a gate opens. */
  asksFirst: boolean;
  say: (text: string) => void;
};

type Answer = { verb: AnswerKey; comment: string };

/** Lets the person at the terminal answer gates: by key, and to a question when a gate opens. */
export function askAtGates(client: Client, asking: Asking): (view: RunView) => Promise<void> {
  const asked = new Set<string>();
  return async (view) => {
    const key = asking.terminal.takeAnswer();
    const gate = answerableGate(view, asking.who);
    if (!gate) return;
    const showing = `${gate.before}#${gate.round}`;
    const isNew = asking.asksFirst && !asked.has(showing);
    asked.add(showing);
    const answer = key ? await commented(key, gate, asking) : isNew ? await decided(gate, asking) : undefined;
    if (answer)
      asking.say(`${answer.verb} ${gate.before}: ${await sent(client, view, gate, asking.who, answer)}`);
  };
}

async function decided(gate: GateProgress, { who, terminal }: Asking): Promise<Answer | undefined> {
  const text = (await terminal.ask(`Approve phase ${gate.before} as ${who}? [y/N/later] `)) ?? '';
  if (/^y(es)?$/i.test(text)) return { verb: 'approve', comment: '' };
  return /^n(o)?$/i.test(text) ? { verb: 'reject', comment: '' } : undefined;
}

async function commented(
  verb: AnswerKey,
  gate: GateProgress,
  { who, terminal }: Asking,
): Promise<Answer | undefined> {
  const comment = await terminal.ask(
    `${verb === 'approve' ? 'Approve' : 'Reject'} phase ${gate.before} as ${who}. Comment (Ctrl-D: no answer): `,
  );
  return comment === undefined ? undefined : { verb, comment };
}

/** What the run said; a refusal too, since the gate may have been answered meanwhile. */
async function sent(
  client: Client,
  { workflowId, runId, hash }: RunView,
  { before: gate, round }: GateProgress,
  who: string,
  { verb, comment }: Answer,
): Promise<string> {
  try {
    return await answerGate(client, workflowId, runId, verb, { gate, round, hash, who, comment });
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
