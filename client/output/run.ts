import type { GateProgress, PhaseProgress, PhaseState } from '../../workflows/progress.js';
import type { RunView } from '../run/view.js';
import { renderGate } from './gate.js';
import { groupBy } from './group-by.js';
import { renderNotes } from './notes.js';
import { renderPark } from './park.js';
import { bar, clock, inWords, moment, paint, spread, wrap } from './text.js';

/** `width`: columns that parked steps keep to, 80 unless told. */
export type RunScreen = { now: number; details: boolean; leftMs?: number; width?: number };

/** A run as it is watched, 80 columns; every line is true at `now`. */
export function renderRun(view: RunView, screen: RunScreen): string[] {
  const { now, leftMs } = screen;
  const left =
    leftMs === undefined || view.status !== 'RUNNING'
      ? ''
      : `   about ${inWords(Math.max(1_000, leftMs))} left`;
  const elapsed = clock((view.endedMs ?? now) - view.startedMs);
  const head = spread(`${view.site}  ${view.mode}  plan ${view.hash.slice(0, 8)}`, `${elapsed}${left}`);
  if (!view.progress) return [head, ...renderNoWorker(view, now)];
  const { progress } = view;
  const lines = [paint.bold(head)];
  if (progress.state === 'accepting') lines.push(`  accepting the plan${waitingFor(view)}`);
  if (progress.state === 'preflight')
    lines.push(
      '▸ Preflight: asking every outside system, nothing is changed',
      ...renderRetries(view, screen),
    );
  for (const finding of progress.preflight)
    lines.push(`  ${paint.red('✗')} ${finding.role} ${finding.message}`);
  for (const phase of progress.phases) lines.push(...renderPhase(view, phase, screen));
  // The summary of a run that has ended says them.
  if (view.status === 'RUNNING') lines.push(...renderNotes(view, screen.details ? Infinity : 3));
  return lines;
}

function renderPhase(view: RunView, phase: PhaseState, screen: RunScreen): string[] {
  const { now } = screen;
  const title = `${phase.number} ${phase.title}`;
  const took = phase.startedMs === undefined ? '' : clock((phase.endedMs ?? now) - phase.startedMs);
  const open = view.open[phase.name];
  const gate = view.progress?.gates.findLast((candidate) => candidate.before === phase.name);
  if (phase.state === 'gate' && (!gate || gate.state === 'checking'))
    return [checkingLine(title, view.open[`${phase.name}/check`]), ...renderRetries(view, screen)];
  if (phase.state === 'gate') return [gateLine(title, gate!), ...renderGate(view, gate!, now)];
  if (phase.state === 'running')
    return [paint.cyan(runningLine(title, open, took)), ...(open ? renderOpen(view, open, screen) : [])];
  if (phase.state === 'not-available') return [paint.dim(spread(`  ${title}`, 'not in this version'))];
  if (phase.state === 'waiting') return [`  ${title}`];
  const { summary } = phase;
  const counts = summary ? `${summary.done}/${summary.total} steps, ${summary.changed} changed` : '';
  const marks = { done: paint.green('✓'), failed: paint.red('✗'), canceled: paint.yellow('■') };
  return [`${marks[phase.state]} ${spread(`${title.padEnd(26)} ${counts}`, took, 78)}`];
}

function runningLine(title: string, open: PhaseProgress | undefined, took: string): string {
  if (!open) return spread(`▸ ${title.padEnd(26)} starting`, took);
  const { done, total } = stepsOf(open);
  return spread(`▸ ${title.padEnd(26)} ${bar(done, total)}  ${done}/${total}`, took);
}

function checkingLine(title: string, check: PhaseProgress | undefined): string {
  const line = `● ${title.padEnd(26)} checking what it would change`;
  if (!check) return line;
  const { done, total } = stepsOf(check);
  return spread(line, `${done}/${total}`);
}

function stepsOf({ roles }: PhaseProgress): { done: number; total: number } {
  const sum = (member: 'done' | 'total'): number => roles.reduce((total, role) => total + role[member], 0);
  return { done: sum('done'), total: sum('total') };
}

function gateLine(title: string, gate: GateProgress): string {
  return paint.yellow(
    `● ${title.padEnd(26)} waits for approval (${gate.approvals.length} of ${gate.needed})`,
  );
}

function renderOpen(view: RunView, open: PhaseProgress, screen: RunScreen): string[] {
  const { details } = screen;
  const lines: string[] = [];
  const groups = groupBy(open.running, (running) => `${running.role}  ${running.step}`);
  for (const [work, running] of groups) {
    const targets = running.map(({ target }) => target);
    lines.push(`    ${work}  ${shortList(targets, 80 - `    ${work}  `.length)}`);
  }
  lines.push(...renderTransfers(view, screen), ...renderRetries(view, screen));
  if (details)
    for (const role of open.roles)
      lines.push(
        `    ${role.name.padEnd(30)} ${role.state.padEnd(8)} ${role.done}/${role.total}, ${role.changed} changed, ${role.retries} retries`,
      );
  const others = open.roles.filter((role) => role.state === 'running').map((role) => role.name);
  for (const park of open.parked.slice(0, details ? 50 : 3))
    lines.push('', ...renderPark(view, open, park, others, screen));
  if (open.parked.length > 3 && !details)
    lines.push(`    and ${open.parked.length - 3} more parked steps: socle status ${view.site} --json`);
  return lines;
}

/** How far long transfers are, by what their steps last said: `12.0 of 180.3 MB`. */
function renderTransfers(view: RunView, { details }: RunScreen): string[] {
  const transfers = view.pending.flatMap(({ target, resource = '' }) => {
    const { what, amount } = /^(?<what>.+) (?<amount>[\d.]+ of [\d.]+ MB)$/.exec(resource)?.groups ?? {};
    return what === undefined || amount === undefined ? [] : [spread(`      ${target}  ${what}`, amount)];
  });
  return transfers.slice(0, details ? 50 : 4);
}

/** What is being tried again, and why. */
function renderRetries(view: RunView, { details }: RunScreen): string[] {
  const retrying = view.pending.filter((pending) => pending.attempt > 1);
  return retrying.slice(0, details ? 50 : 3).map(({ target, activity, attempt, lastFailure = '' }) => {
    const why = lastFailure.replaceAll('\n', '; ');
    return paint.yellow(spread(`    ! ${target} ${activity}  attempt ${attempt}: ${why}`, ''));
  });
}

/** `apps-worker-2, -3, -4 (of 8)`: as many as have room, names of one group share their stem; at least one. */
export function shortList(names: readonly string[], columns: number): string {
  const fitting = names
    .map((_, index) => listOf(names, index + 1))
    .findLast((list) => list.length <= columns);
  return fitting ?? listOf(names, 1);
}

function listOf(names: readonly string[], most: number): string {
  const shown = names.slice(0, most).map((name, index) => {
    const stem = name.replace(/-\d+$/, '');
    return index > 0 && names[index - 1]?.startsWith(`${stem}-`) ? name.slice(stem.length) : name;
  });
  return shown.join(', ') + (names.length > most ? ` (of ${names.length})` : '');
}

function waitingFor(view: RunView): string {
  const accept = view.pending.find((pending) => pending.activity === 'plan.accept');
  const note = accept?.lastFailure ?? accept?.resource;
  return note ? `: ${note}` : '';
}

function renderNoWorker(view: RunView, now: number): string[] {
  if (view.status !== 'RUNNING' || !view.noWorker)
    return [`  ${view.status.toLowerCase()}${view.failure ? `: ${view.failure}` : ''}`];
  const { taskQueue, lastSeenMs, phase, phases, stepsDone, stepsTotal } = view.noWorker;
  const seen = lastSeenMs === undefined ? '' : ` (last seen ${moment(lastSeenMs, now)})`;
  const at = phase === undefined ? 'no phase yet' : `phase ${phase} of ${phases}`;
  return [
    ...wrap(
      `${view.site}: running, but no worker answers on task queue ${taskQueue}${seen}. Nothing is lost; it goes on when one starts:`,
      80,
    ),
    '  socle worker',
    `From the history: ${at}, ${stepsDone.toLocaleString('en')} of ${stepsTotal.toLocaleString('en')} steps done.`,
  ];
}
