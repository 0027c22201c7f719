import type { RunView } from '../run/view.js';

/** What steps want known although nothing is to be done, from phases that have ended and from open ones; `most` lines. */
export function renderNotes(view: RunView, most = Infinity): string[] {
  const ended = (view.progress?.phases ?? []).flatMap(({ summary }) => summary?.notes ?? []);
  const notes = [...ended, ...Object.values(view.open).flatMap((phase) => phase.notes ?? [])];
  const lines = notes.slice(0, most).map(({ message }) => `  Note        ${message}`);
  const left = notes.length - lines.length;
  const run = view.mode === 'check' ? view.workflowId : view.site;
  return left > 0 ? [...lines, `              and ${left} more: socle status ${run} --details`] : lines;
}
