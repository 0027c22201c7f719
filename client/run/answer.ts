import { WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { exitCodes, UserError } from '../../config/errors.js';
import type { GateAnswer, GateVerb, ParkAnswer, ParkVerb } from '../../workflows/messages.js';

const confirmWithinMs = 5_000;

/**
 * Answers a gate. The update's id is made of the answer and of the gate's showing, so that sending it twice is one answer
 * and the same word about a gate that was shown again is another.
 * @returns what the run said: recorded, already recorded, or `sent, not confirmed` while no worker answers.
 * @throws UserError when the run refuses it, or the server is away.
 */
export function answerGate(
  client: Client,
  workflowId: string,
  runId: string,
  verb: GateVerb,
  answer: GateAnswer,
): Promise<string> {
  const showing = answer.round === undefined ? answer.gate : `${answer.gate}#${answer.round}`;
  return send(client, { workflowId, runId }, verb, `${verb}:${showing}:${answer.who}:${answer.hash}`, answer);
}

/** Answers a parked step, straight to the phase's workflow. */
export function answerPark(
  client: Client,
  workflowId: string,
  verb: ParkVerb,
  answer: ParkAnswer,
): Promise<string> {
  const id = `${verb}:${answer.step}@${answer.target}#${answer.park}:${answer.who}:${answer.hash}`;
  return send(client, { workflowId }, verb, id, answer);
}

/** Orders a phase to stop its running steps at their next safe point. */
export function cancelNow(client: Client, workflowId: string, hash: string, who: string): Promise<string> {
  return send(client, { workflowId }, 'cancelNow', `cancelNow:${who}:${hash}`, { hash, who });
}

async function send(
  client: Client,
  run: { workflowId: string; runId?: string },
  verb: string,
  updateId: string,
  argument: unknown,
): Promise<string> {
  const handle = client.workflow.getHandle(run.workflowId, run.runId);
  try {
    return await client.connection.withDeadline(Date.now() + confirmWithinMs, () =>
      handle.executeUpdate<string, [unknown]>(verb, { args: [argument], updateId }),
    );
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError)
      throw new UserError(`Refused: ${error.cause?.message ?? error.message}`, exitCodes.rejected);
    const said = messageOf(error);
    if (/UNAVAILABLE/.test(said))
      throw new UserError(
        'Not sent: the Temporal server does not answer. Say it again when it does; twice is once.',
        exitCodes.unreachable,
      );
    // A call sometimes ends as canceled at its own deadline.
    if (/deadline|timed? ?out|CANCELLED/i.test(said))
      return 'sent, not confirmed: no worker answers now; it counts when one does';
    throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name} ${error.message} ${messageOf(error.cause)}` : '';
}
