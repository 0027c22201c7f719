import type { ParkedStep, PhaseProgress } from '../../workflows/progress.js';
import { dependantsOf } from '../run/dependants.js';
import type { RunView } from '../run/view.js';
import { hanging, inWords, moment } from './text.js';

/** A parked step: what happened, what goes on, what to type. */
export function renderPark(
  view: RunView,
  open: PhaseProgress,
  park: ParkedStep,
  running: readonly string[],
  { now, width = 80 }: { now: number; width?: number },
): string[] {
  const step = `${park.role}.${park.step}`;
  const others = running.filter(
    (name) => name !== park.role || open.running.some((other) => other.role === name),
  );
  const place = `${view.site}  ${open.number} ${open.phase} › ${park.role} › ${park.step} › ${park.target}`;
  const what = { retry: 'mend it, then', skip: 'or', abort: 'or' };
  const command = (verb: keyof typeof what, rest: string): string[] => {
    const label = `    ${verb === 'retry' ? 'Do' : ''}`.padEnd(12) + what[verb].padEnd(16);
    return hanging(label, `socle ${verb} ${view.site}${rest}`, width, ' \\');
  };
  return [
    ...hanging('  PARKED  ', `${place}     since ${moment(park.sinceMs, now)}`, width),
    ...hanging('    What    ', park.message, width),
    `    Tried   ${tried(park)}`,
    ...(others.length > 0
      ? hanging('    Others  ', `${others.join(', ')} ${others.length === 1 ? 'goes' : 'go'} on`, width)
      : []),
    ...command('retry', ` ${step} ${park.target}`),
    ...withNote(command('skip', ` ${step} ${park.target} --reason "…"`), dependantsNote(view, park), width),
    ...command('abort', ''),
  ];
}

function tried({ attempts, firstMs, sinceMs }: ParkedStep): string {
  const times = `${attempts} ${attempts === 1 ? 'time' : 'times'}`;
  const took = firstMs === undefined ? 0 : sinceMs - firstMs;
  return took < 1_000 ? times : `${times} over ${inWords(took)}`;
}

/** Removal takes the roles in the other order: there nothing stands on a skipped step any more. */
function dependantsNote(view: RunView, park: ParkedStep): string {
  const names = view.mode === 'remove' ? [] : dependantsOf(park.role);
  return names.length === 0 ? '' : `(what depends on it: ${names.join(', ')})`;
}

/** A note behind a command of one line where there is room, below it otherwise. */
function withNote(lines: readonly string[], note: string, width: number): string[] {
  if (note === '') return [...lines];
  const joined = `${lines[0]}   ${note}`;
  if (lines.length === 1 && joined.length <= width) return [joined];
  return [...lines, ...hanging(' '.repeat(28), note, width)];
}
