import { describe, expect, test } from 'vitest';
import { renderGate } from '../../client/output/gate.js';
import { renderPark } from '../../client/output/park.js';
import { renderRun, shortList } from '../../client/output/run.js';
import { renderSummary } from '../../client/output/summary.js';
import { inWords, moment } from '../../client/output/text.js';
import { dependantsOf } from '../../client/run/dependants.js';
import type { RoleDeclaration } from '../../config/declaration.js';
import type { ParkedStep, PhaseSummary, RoleProgress, SkippedStep } from '../../workflows/progress.js';
import { answeredView, openGate, openPhase, runView } from './run-view.js';

const now = Date.now();

describe('without a worker', () => {
  const noWorker = { taskQueue: 'socle', phases: 9, stepsDone: 212, stepsTotal: 412 };
  const shown = (more: object): string =>
    renderRun(runView({ noWorker: { ...noWorker, ...more } }), { now, details: false })
      .slice(1)
      .join('\n');

  test('the picture says since when, what to type and how far the run is', () => {
    expect(shown({ lastSeenMs: now, phase: 4 })).toBe(
      [
        `site-a: running, but no worker answers on task queue socle (last seen ${moment(now)}).`,
        'Nothing is lost; it goes on when one starts:',
        '  socle worker',
        'From the history: phase 4 of 9, 212 of 412 steps done.',
      ].join('\n'),
    );
  });

  test('what is not known is not said', () => {
    expect(shown({})).not.toContain('last seen');
    expect(shown({})).toContain('From the history: no phase yet, 212 of 412 steps done.');
  });
});

describe('before a gate opens', () => {
  const role = { name: 'prepare-vms', total: 148, done: 57 } as RoleProgress;
  const pending = {
    activity: 'prepare-vms.preflight.machines',
    target: 'site-a',
    attempt: 3,
    lastFailure: 'vault-2 does not answer\nvault-3 does not answer',
  };
  const lines = renderRun(
    answeredView([{ state: 'gate' }], [openGate({ state: 'checking' })], {
      open: { 'preparation/check': openPhase({ roles: [role] }) },
      pending: [pending, { ...pending, attempt: 1 }],
    }),
    { now, details: false },
  );

  test('the picture counts what was checked and names what is asked again, a line each', () => {
    expect(lines[1]).toMatch(/^● 2 Preparation +checking what it would change +57\/148$/);
    expect(lines.slice(2).map((line) => line.trim())).toEqual([
      expect.stringMatching(/^! site-a prepare-vms\.preflight\.machines {2}attempt 3: vault-2 does not/),
    ]);
  });
});

test('a transfer says how far it is, in 80 columns; a step that names no amount says nothing', () => {
  const pending = { activity: 'install-docker-registry.images', attempt: 1 };
  const image = 'public.ecr.aws/docker/library/a-name-that-is-longer-than-most-of-them:8.2.3-alpine';
  const lines = renderRun(
    answeredView([{ state: 'running' }], [], {
      open: { preparation: openPhase({}) },
      pending: [
        { ...pending, target: 'gitops-1', resource: 'quay.io/argoproj/argocd:v3.5.3 12.0 of 180.3 MB' },
        { ...pending, target: 'gitops-2', resource: `${image} 7.1 of 9.0 MB` },
        { ...pending, target: 'vault-1', resource: 'check' },
        { ...pending, target: 'vault-2' },
      ],
    }),
    { now, details: false },
  );
  const shown = lines.filter((line) => line.endsWith(' MB'));
  expect(shown).toEqual([
    expect.stringMatching(/^ {6}gitops-1 {2}quay\.io\/argoproj\/argocd:v3\.5\.3 +12\.0 of 180\.3 MB$/),
    expect.stringMatching(/^ {6}gitops-2 {2}public\.ecr\.aws\/.*… 7\.1 of 9\.0 MB$/),
  ]);
  expect(shown.map(({ length }) => length)).toEqual([80, 80]);
  expect(lines.join('\n')).not.toContain('vault-1');
});

describe('a parked step', () => {
  const park: ParkedStep = {
    role: 'provisionnement-vms-infra',
    step: 'clone',
    target: 'monitoring-1',
    park: 1,
    firstMs: now - 180_000,
    sinceMs: now,
    message: `the clone failed: ${'x'.repeat(90)} and more words that make it a long message\nsecond finding`,
    attempts: 4,
  };
  const shown = (view = runView({ site: 'site-100' }), more: Partial<ParkedStep> = {}, width?: number) =>
    renderPark(
      view,
      openPhase(),
      { ...park, ...more },
      ['a-role-that-goes-on', 'another-role', 'a-third-role'],
      {
        now,
        ...(width !== undefined && { width }),
      },
    );

  test('stays within 80 columns, its commands can be pasted', () => {
    const lines = shown();
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    const pasted = lines.join('\n').replaceAll(/ \\\n\s+/g, ' ');
    expect(pasted).toContain('socle retry site-100 provisionnement-vms-infra.clone monitoring-1\n');
    expect(pasted).toContain(
      'socle skip site-100 provisionnement-vms-infra.clone monitoring-1 --reason "…"\n',
    );
    expect(pasted).toContain('second finding');
  });

  test('says how often and how long it was tried, when that is known', () => {
    expect(shown()).toContain('    Tried   4 times over 3 min');
    const older: ParkedStep = { ...park, attempts: 1 };
    delete older.firstMs;
    const lines = renderPark(runView(), openPhase(), older, [], { now });
    expect(lines).toContain('    Tried   1 time');
  });

  test('names what depends on it, unless it is being removed', () => {
    expect(shown().join('\n')).toContain('(what depends on it: prepare-vms)');
    expect(shown(runView(), { role: 'install-load-balancer' }).join('\n')).not.toContain('depends on it');
    expect(shown(runView({ mode: 'remove' })).join('\n')).not.toContain('depends on it');
  });

  test('has one line for each command where nobody reads columns', () => {
    const skip = shown(runView(), {}, Infinity).find((line) => line.includes('socle skip'));
    expect(skip).toMatch(/monitoring-1 --reason "…" {3}\(what depends on it: prepare-vms\)$/);
  });
});

test('dependants are the roles that need a role, in their order', () => {
  const declarations = [
    { name: 'install-vault', needs: [] },
    { name: 'setup-vault-injector', needs: ['install-vault', 'install-argocd'] },
    { name: 'install-gogs', needs: [] },
    { name: 'install-cert-manager', needs: ['install-vault'] },
  ] as unknown as RoleDeclaration[];
  expect(dependantsOf('install-vault', declarations)).toEqual([
    'setup-vault-injector',
    'install-cert-manager',
  ]);
  expect(dependantsOf('install-gogs', declarations)).toEqual([]);
});

test('a gate keeps to 80 columns and says what to type on a line of its own', () => {
  const gate = openGate({ before: 'security-and-monitoring', problems: ['word '.repeat(40)] });
  const lines = renderGate(answeredView([], [gate], { site: 'a-site-with-a-long-name' }), gate, now);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.join('\n')).toMatch(/\n {4}Type: socle approve a-site-with-a-long-name --gate /);
});

describe('the end', () => {
  const summary = (more: Partial<PhaseSummary>): PhaseSummary => ({
    total: 412,
    done: 412,
    changed: 0,
    changes: 0,
    todo: 0,
    unknown: 0,
    retries: 0,
    skipped: [],
    failed: [],
    todoTargets: {},
    samples: [],
    ...more,
  });
  const lines = (mode: string, more: Partial<PhaseSummary>): string[] =>
    renderSummary(
      answeredView([{ state: 'done', summary: summary(more) }], [], {
        status: 'COMPLETED',
        endedMs: 38_400,
        mode,
      }),
      undefined,
    );
  const headline = (mode: string, more: Partial<PhaseSummary>): string | undefined => lines(mode, more)[0];

  test.each(['apply', 'check'])('of a second %s says what was checked and how long it took', (mode) => {
    expect(headline(mode, {})).toBe('0 changes. Everything is as the plan says (checked 412 steps in 38 s).');
  });

  test('names what it has mended when that is little, and counts it when it is much', () => {
    const sample = {
      role: 'prepare-vms',
      step: 'hardening',
      target: 'vault-1',
      message: '/etc/ssh/sshd_config',
    };
    const samples = (many: number): (typeof sample)[] => Array.from({ length: many }, () => sample);
    expect(lines('apply', { changed: 1, changes: 1, samples: samples(1) })).toEqual([
      'site-a is deployed.  1 phase, 412 steps, 0 retries, 1 changed   00:00:38',
      '  Changed     vault-1: prepare-vms.hardening: /etc/ssh/sshd_config',
    ]);
    expect(lines('apply', { changed: 9, changes: 11, samples: samples(11) })).toHaveLength(1);
    expect(lines('apply', { changed: 9, changes: 10, samples: samples(9) })).toHaveLength(1);
  });

  test('does not say so when a step was skipped', () => {
    const skipped = [{ role: 'install-vault', step: 'join' } as SkippedStep];
    expect(headline('apply', { skipped })).toBe(
      'site-a is deployed.  1 phase, 412 steps, 0 retries, 1 skipped, 0 changed   00:00:38',
    );
  });
});

test('durations are said as people say them', () => {
  expect([0, 38_400, 89_000, 90_000, 12 * 60_000, 90 * 60_000, 125 * 60_000].map(inWords)).toEqual([
    '0 s',
    '38 s',
    '89 s',
    '2 min',
    '12 min',
    '1 h 30 min',
    '2 h 5 min',
  ]);
});

test('targets at work are named as far as there is room, with their number when some are left out', () => {
  const workers = Array.from({ length: 8 }, (_, index) => `apps-worker-${index + 1}`);
  expect(shortList(workers.slice(0, 3), 40)).toBe('apps-worker-1, -2, -3');
  expect(shortList(workers, 33)).toBe('apps-worker-1, -2, -3, -4 (of 8)');
  expect(shortList(['vault-1', 'gitops-1', 'gitops-2'], 80)).toBe('vault-1, gitops-1, -2');
  expect(shortList(workers, 5)).toBe('apps-worker-1 (of 8)');
});
