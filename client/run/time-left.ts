import type { RunView } from './view.js';

/** From this share of the work on, the run's own speed alone tells what is left. */
const trustedShare = 0.3;

/** A first phase that went fast, a clone cache say, does not promise that the next ones do. */
const fastest = 0.5;

/**
 * What is left of a run, gates not counted: what its phases usually take, corrected by how fast this run is.
 * @param expected milliseconds that each phase usually takes, by name.
 * @returns milliseconds, undefined when nothing can be said, as while a person is asked.
 */
export function timeLeftMs(
  view: RunView,
  expected: ReadonlyMap<string, number>,
  now: number,
): number | undefined {
  if (view.status !== 'RUNNING' || !view.progress) return undefined;
  if (view.progress.phases.some(({ state }) => state === 'gate')) return undefined;
  let [total, done, worked] = [0, 0, 0];
  for (const phase of view.progress.phases) {
    if (phase.state === 'not-available') continue;
    const weight = expected.get(phase.name) ?? 0;
    total += weight;
    if (phase.startedMs === undefined) continue;
    worked += (phase.endedMs ?? now) - phase.startedMs;
    done += weight * (phase.endedMs === undefined ? shareOf(view, phase.name) : 1);
  }
  if (total === 0) return undefined;
  const share = done / total;
  const trust = Math.min(1, share / trustedShare);
  const atThisSpeed = share > 0 ? Math.max(worked / share, fastest * total) : total;
  return Math.max(0, (trust * atThisSpeed + (1 - trust) * total) * (1 - share));
}

/** Share of an open phase's steps that are done. */
function shareOf(view: RunView, phase: string): number {
  const roles = view.open[phase]?.roles ?? [];
  const total = roles.reduce((sum, role) => sum + role.total, 0);
  return total === 0 ? 0 : roles.reduce((sum, role) => sum + role.done, 0) / total;
}
