import { expect, test } from 'vitest';
import { renderRun } from '../../client/output/run.js';
import { renderSummary } from '../../client/output/summary.js';
import type { RunView } from '../../client/run/view.js';

const message = 'apps-worker-3 is in the hypervisor but not in the plan';

function view(status: RunView['status'], mode: 'apply' | 'check', phase: object, open: object = {}): RunView {
  return {
    site: 'demo',
    workflowId: mode === 'check' ? 'check/demo/1' : 'site/demo',
    status,
    mode,
    hash: 'ab',
    startedMs: 0,
    pending: [],
    open,
    progress: { state: 'running', preflight: [], gates: [], phases: [{ name: 'provisioning', ...phase }] },
  } as unknown as RunView;
}

const summary = {
  ...{ total: 9, done: 9, changed: 0, changes: 0, todo: 0, unknown: 0, retries: 0 },
  ...{ skipped: [], failed: [], samples: [] },
};
const notes = (count: number): object[] => Array.from({ length: count }, () => ({ message }));
const ended = (mode: 'apply' | 'check', members: object): RunView =>
  view('COMPLETED', mode, { state: 'done', summary: { ...summary, ...members } });

test.each(['apply', 'check'] as const)('a run in mode %s with nothing to do says its notes', (mode) => {
  expect(renderSummary(ended(mode, { notes: notes(1) }), undefined).slice(0, 2)).toEqual([
    '0 changes. Everything is as the plan says (checked 9 steps in 0 s).',
    `  Note        ${message}`,
  ]);
});

test('the summary of an older run, which has no notes, says none', () => {
  expect(renderSummary(ended('apply', {}), undefined)).toHaveLength(1);
});

test('a dry run names what it would do, as far as it was kept', () => {
  const samples = [{ target: 'demo', message: 'delete apps-worker-3' }];
  const found = { todo: 1, changes: 4, samples };
  expect(renderSummary(ended('check', found), undefined)).toEqual([
    'demo: 1 step would change something, 0 cannot be known yet, 0 failed. Nothing was changed.   00:00:00',
    '  Would do    demo: delete apps-worker-3',
    '              and 3 more changes',
  ]);
  expect(renderSummary(ended('apply', found), undefined)).toHaveLength(1);
});

test('the picture of a run under way shows notes of open and of ended phases, the summary of an ended one does', () => {
  const open = { provisioning: { roles: [], running: [], parked: [], notes: notes(2) } };
  const running = view('RUNNING', 'apply', { state: 'running' }, open);
  const shown = (of: RunView, details = false): string[] =>
    renderRun(of, { now: 0, details }).filter((line) => line.includes('Note') || line.includes('more'));
  expect(shown(running)).toEqual([`  Note        ${message}`, `  Note        ${message}`]);
  const later = view('RUNNING', 'check', { state: 'done', summary: { ...summary, notes: notes(5) } });
  expect(shown(later).slice(3)).toEqual(['              and 2 more: socle status check/demo/1 --details']);
  expect(shown(later, true)).toHaveLength(5);
  expect(shown(ended('apply', { notes: notes(1) }))).toEqual([]);
});
