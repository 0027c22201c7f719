import type { ParkedStep, PhaseProgress } from '../../workflows/progress.js';
import type { RunView } from '../run/view.js';
import { moment, wrap } from './text.js';

/** A parked step: what happened, what goes on, what to type. */
export function renderPark(
  view: RunView,
  open: PhaseProgress,
  park: ParkedStep,
  running: readonly string[],
  now: number,
): string[] {
  const step = `${park.role}.${park.step}`;
  const [what, ...rest] = wrap(park.message, 66);
  const tried = `${park.attempts} ${park.attempts === 1 ? 'time' : 'times'}`;
  const others = running.filter(
    (name) => name !== park.role || open.running.some((other) => other.role === name),
  );
  return [
    `  PARKED  ${view.site}  ${open.number} ${open.phase} › ${park.role} › ${park.step} › ${park.target}     since ${moment(park.sinceMs, now)}`,
    `    What    ${what ?? ''}`,
    ...rest.map((line) => `            ${line}`),
    `    Tried   ${tried}`,
    ...(others.length > 0
      ? [`    Others  ${others.join(', ')} ${others.length === 1 ? 'goes' : 'go'} on`]
      : []),
    `    Do      mend it, then   socle retry ${view.site} ${step} ${park.target}`,
    `            or              socle skip ${view.site} ${step} ${park.target} --reason "…"`,
    `            or              socle abort ${view.site}`,
  ];
}
