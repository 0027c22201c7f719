import type { Finding, PhaseState } from '../../workflows/progress.js';
import type { RunView } from '../run/view.js';
import { renderNotes } from './notes.js';
import { clock, count, inWords, wrap } from './text.js';

/** More than that is a deployment, not a correction. */
const mostChangesShown = 10;

type Totals = {
  phases: number;
  steps: number;
  changed: number;
  todo: number;
  unknown: number;
  retries: number;
  skipped: string[];
  failed: string[];
};

/** Adds up the phases of a run that has ended. */
export function totalsOfRun(phases: readonly PhaseState[]): Totals {
  const summaries = phases.flatMap((phase) => phase.summary ?? []);
  const sum = (member: 'total' | 'changed' | 'todo' | 'unknown' | 'retries'): number =>
    summaries.reduce((total, summary) => total + summary[member], 0);
  return {
    phases: summaries.length,
    steps: sum('total'),
    changed: sum('changed'),
    todo: sum('todo'),
    unknown: sum('unknown'),
    retries: sum('retries'),
    skipped: summaries.flatMap((summary) =>
      summary.skipped.map(
        (skip) => `${skip.role}.${skip.step} on ${skip.target}: ${skip.reason} (${skip.who})`,
      ),
    ),
    failed: summaries.flatMap((summary) =>
      summary.failed.map(
        (finding) => `${finding.target}: ${finding.role}.${finding.step}: ${finding.message}`,
      ),
    ),
  };
}

/** What a person is told when a run has ended. */
export function renderSummary(view: RunView, historyUrl: string | undefined): string[] {
  const phases = view.progress?.phases ?? [];
  const totals = totalsOfRun(phases);
  const missing = phases.flatMap(({ state, title, summary }) =>
    state === 'not-available' ? [title] : (summary?.unavailable ?? []),
  );
  const waited = waitedMs(view);
  return [
    headline(view, totals),
    ...(waited > 1000 ? [`  Approvals   waited for ${clock(waited)} of it`] : []),
    ...totals.failed.flatMap((text) => paragraph('Failed', text)),
    ...totals.skipped.flatMap((text) => paragraph('Skipped', text)),
    ...(view.mode === 'check' ? wouldDo(phases) : fewChanges(phases)),
    ...renderNotes(view),
    ...(missing.length > 0 && view.mode === 'apply' && view.status === 'COMPLETED'
      ? wrap(`Not in this version, not run: ${missing.join(', ')}`, 78, '  ').map((line) => `  ${line}`)
      : []),
    ...(view.failure ? paragraph('Why', view.failure) : []),
    ...(historyUrl ? [`  History     ${historyUrl}`] : []),
  ];
}

/** A word and what is said of it; its further lines stand below the first. */
function paragraph(word: string, text: string): string[] {
  return wrap(text, 66, '  ').map((line, index) => `  ${(index === 0 ? word : '').padEnd(12)}${line}`);
}

function headline(view: RunView, totals: Totals): string {
  const done = `${count(totals.phases, 'phase')}, ${count(totals.steps, 'step')}, ${count(totals.retries, 'retry', 'retries')}${totals.skipped.length > 0 ? `, ${totals.skipped.length} skipped` : ''}`;
  const elapsed = `   ${clock(tookMs(view))}`;
  if (view.status === 'FAILED') return `${view.site}: the run failed.  ${done}${elapsed}`;
  if (view.status === 'CANCELED') return `${view.site}: the run was canceled.  ${done}${elapsed}`;
  if (view.status !== 'COMPLETED') return `${view.site}: ${view.status.toLowerCase()}.  ${done}${elapsed}`;
  if (view.mode === 'remove') return `${view.site} is removed.  ${done}${elapsed}`;
  if (view.mode === 'check') return dryRun(view, totals);
  // A skipped step may well not be as the plan says.
  if (totals.changed + totals.skipped.length === 0) return nothingToDo(view, totals);
  return `${view.site} is deployed.  ${done}, ${totals.changed} changed${elapsed}`;
}

function dryRun(view: RunView, totals: Totals): string {
  if (totals.todo + totals.unknown + totals.failed.length === 0) return nothingToDo(view, totals);
  return `${view.site}: ${count(totals.todo, 'step')} would change something, ${totals.unknown} cannot be known yet, ${totals.failed.length} failed. Nothing was changed.   ${clock(tookMs(view))}`;
}

function nothingToDo(view: RunView, totals: Totals): string {
  return `0 changes. Everything is as the plan says (checked ${count(totals.steps, 'step')} in ${inWords(tookMs(view))}).`;
}

function tookMs(view: RunView): number {
  return (view.endedMs ?? view.startedMs) - view.startedMs;
}

/** What a dry run found to do, in the words of the checks: the first of each phase. */
function wouldDo(phases: readonly PhaseState[]): string[] {
  const { samples, left } = changesOf(phases);
  return [
    ...samples.map(({ target, message }) => `  Would do    ${target}: ${message}`),
    ...(left > 0 ? [`              and ${count(left, 'more change')}`] : []),
  ];
}

/** What a run that found nearly all as it must be has mended: whoever starts one again wants to know what had changed. */
function fewChanges(phases: readonly PhaseState[]): string[] {
  const { samples, left } = changesOf(phases);
  if (samples.length > mostChangesShown || left > 0) return [];
  return samples.flatMap(({ role, step, target, message }) =>
    paragraph('Changed', `${target}: ${role}.${step}: ${message}`),
  );
}

/** The changes that a run kept the words of, and how many more there were. */
function changesOf(phases: readonly PhaseState[]): { samples: Finding[]; left: number } {
  const summaries = phases.flatMap((phase) => phase.summary ?? []);
  const samples = summaries.flatMap((summary) => summary.samples);
  return { samples, left: summaries.reduce((total, { changes }) => total + changes, 0) - samples.length };
}

function waitedMs(view: RunView): number {
  return (view.progress?.gates ?? []).reduce((sum, { approvals, askedMs }) => {
    const last = approvals.at(-1)?.atMs;
    return sum + (last === undefined || askedMs === undefined ? 0 : last - askedMs);
  }, 0);
}
