import { Context } from '@temporalio/activity';

/** A fifth of the heartbeat timeout that workflows/profiles.ts sets. */
const intervalMs = 2_000;

/** What the heartbeat carries: target and resource being worked on, and how often the step has failed by itself so far. */
export type HeartbeatDetails = { target: string; resource: string; ownFailures: number };

/** Beats now and from a timer until `stop`: it proves that the worker lives, whatever the step is waiting for. */
export function startHeartbeat(details: () => HeartbeatDetails): { stop: () => void } {
  const context = Context.current();
  const beat = (): void => context.heartbeat(details());
  beat();
  const timer = setInterval(beat, intervalMs);
  return { stop: () => clearInterval(timer) };
}
