import { afterEach, describe, expect, test } from 'vitest';
import type { ParkedStep } from '../../workflows/progress.js';
import { failureOf, parkAnswer, refusal, send } from './answers.js';
import {
  eventually,
  Laboratory,
  permanentFailure,
  phase,
  planOf,
  role,
  step,
  type Behaviour,
} from './harness.js';

let laboratory: Laboratory;
afterEach(() => laboratory.close());

const name = 'base-infrastructure';

/** Fails until it is mended. */
function broken(message = 'the disk is full'): { mend: () => void; behaviour: Behaviour } {
  let mended = false;
  return {
    mend: () => (mended = true),
    behaviour: async () => {
      if (!mended) throw permanentFailure(message);
    },
  };
}

/** The target that is parked, once there is one. */
async function parked(at: string): Promise<ParkedStep> {
  const seen = await laboratory.phaseShows(name, ({ parked }) => parked.some(({ target }) => target === at));
  return seen.parked.find(({ target }) => target === at)!;
}

describe.each(['update', 'signal'] as const)('an answer by %s', (way) => {
  test('retry runs the step again, skip counts it as done, and siblings have gone on meanwhile', async () => {
    const plan = planOf([
      phase(3, name, [
        role('install-vault', [step('a'), step('b')]),
        role('install-docker-registry', [step('c')]),
      ]),
    ]);
    const [first, second] = [broken(), broken()];
    laboratory = await Laboratory.open(plan, {
      'install-vault.a@vault-1': first.behaviour,
      'install-vault.a@vault-2': second.behaviour,
    });
    const run = await laboratory.deploy(plan);
    const [one, two] = [await parked('vault-1'), await parked('vault-2')];
    expect([one.park, two.park].sort()).toEqual([1, 2]);
    expect(one).toMatchObject({ role: 'install-vault', step: 'a', message: 'the disk is full', attempts: 1 });
    expect(one.firstMs).toBeLessThanOrEqual(one.sinceMs);
    await laboratory.phaseShows(name, ({ roles }) => roles[0]!.done === 2 && roles[1]!.state === 'done');
    expect(laboratory.called('install-vault.b').map(({ target }) => target)).toEqual(['vault-3']);
    first.mend();
    await send(laboratory.phase(name), way, 'retry', parkAnswer(plan, one));
    await eventually(async () => laboratory.called('install-vault.b').length === 2 || undefined);
    await send(laboratory.phase(name), way, 'skip', parkAnswer(plan, two, { reason: 'by hand' }));
    const { summary } = (await run.result()).phases[0]!;
    expect(summary).toMatchObject({ total: 9, done: 9, changed: 8, retries: 1, failed: [] });
    expect(summary!.skipped).toEqual([
      { role: 'install-vault', step: 'a', target: 'vault-2', who: 'operator', reason: 'by hand' },
    ]);
    expect(laboratory.called('install-vault.a').filter(({ target }) => target === 'vault-2')).toHaveLength(1);
  });

  test('abort ends the run only after siblings in mid-step have settled, with the outcome in its details', async () => {
    const plan = planOf([
      phase(3, name, [
        role('install-vault', [step('a')]),
        role('install-docker-registry', [step('c'), step('d')]),
      ]),
    ]);
    let settledMs = 0;
    laboratory = await Laboratory.open(plan, {
      'install-vault.a@vault-1': broken().behaviour,
      'install-docker-registry.c@vault-2': async (_input, _attempt, signal) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await new Promise((resolve) => setTimeout(resolve, 500));
        settledMs = Date.now();
      },
    });
    const run = await laboratory.deploy(plan);
    const park = await parked('vault-1');
    await laboratory.phaseShows(name, ({ running }) => running.length === 1);
    await send(laboratory.phase(name), way, 'abort', parkAnswer(plan, park));
    const failure = await failureOf(run);
    expect(settledMs).toBeGreaterThan(0);
    expect(Date.now()).toBeGreaterThanOrEqual(settledMs);
    expect(failure).toMatchObject({
      message: 'aborted by operator at install-vault.a on vault-1: the disk is full',
      details: { state: 'failed', phases: [{ state: 'failed', summary: { total: 9 } }] },
    });
    const { failed } = (failure.details as { phases: { summary: { failed: unknown[] } }[] }).phases[0]!
      .summary;
    expect(failed).toEqual([
      { role: 'install-vault', step: 'a', target: 'vault-1', message: 'the disk is full' },
    ]);
    expect(laboratory.called('install-docker-registry.d').map(({ target }) => target)).not.toContain(
      'vault-2',
    );
  });
});

test('a dependent role starts after the skip, and its own park says what was skipped', async () => {
  const plan = planOf([
    phase(3, name, [
      role('install-vault', [step('a', { on: 'first' })]),
      role('install-gogs', [step('b', { on: 'first' })], { needs: ['install-vault'] }),
    ]),
  ]);
  laboratory = await Laboratory.open(plan, {
    'install-vault.a': broken().behaviour,
    'install-gogs.b': broken('no vault').behaviour,
  });
  const run = await laboratory.deploy(plan);
  const vault = await parked('vault-1');
  expect(laboratory.called('install-gogs.b')).toEqual([]);
  await send(laboratory.phase(name), 'update', 'skip', parkAnswer(plan, vault, { reason: 'later' }));
  const { parked: parks } = await laboratory.phaseShows(name, (seen) => seen.parked[0]?.park === 2);
  expect(parks[0]!.message).toBe('no vault (install-vault.a on vault-1 was skipped by operator: later)');
  await send(laboratory.phase(name), 'update', 'skip', parkAnswer(plan, parks[0]!));
  expect((await run.result()).state).toBe('done');
});

test('while one target of a rolling step is parked no other starts', async () => {
  const plan = planOf([
    phase(3, name, [
      role('install-vault', [step('upgrade', { rolling: true })]),
      role('install-docker-registry', [step('c')]),
    ]),
  ]);
  const second = broken();
  laboratory = await Laboratory.open(plan, { 'install-vault.upgrade@vault-2': second.behaviour });
  const run = await laboratory.deploy(plan);
  const park = await parked('vault-2');
  await laboratory.phaseShows(name, ({ roles }) => roles[1]!.state === 'done');
  expect(laboratory.called('install-vault.upgrade').map(({ target }) => target)).toEqual([
    'vault-1',
    'vault-2',
  ]);
  second.mend();
  await send(laboratory.phase(name), 'update', 'retry', parkAnswer(plan, park));
  await run.result();
  expect(laboratory.called('install-vault.upgrade').map(({ target }) => target)).toEqual([
    'vault-1',
    'vault-2',
    'vault-2',
    'vault-3',
  ]);
});

test('the order of a rolling step that cannot be had parks, and a skip takes the order of the plan', async () => {
  const plan = planOf([
    phase(3, name, [role('install-vault', [step('upgrade', { rolling: true, ordered: true })])]),
  ]);
  laboratory = await Laboratory.open(plan, {
    'install-vault.upgrade.order': async () => ['vault-1', 'vault-1', 'vault-2'] as never,
  });
  const run = await laboratory.deploy(plan);
  const park = await parked(laboratory.siteName);
  expect(park).toMatchObject({
    step: 'upgrade.order',
    message: 'install-vault.upgrade.order did not answer a permutation of its targets',
  });
  expect(laboratory.called('install-vault.upgrade')).toEqual([]);
  await send(laboratory.phase(name), 'update', 'skip', parkAnswer(plan, park));
  expect((await run.result()).phases[0]!.summary).toMatchObject({ total: 3, done: 3 });
  expect(laboratory.called('install-vault.upgrade').map(({ target }) => target)).toEqual([
    'vault-1',
    'vault-2',
    'vault-3',
  ]);
});

test('a parked target does not hold one of the slots of parallel', async () => {
  const plan = planOf([phase(3, name, [role('install-vault', [step('a', { parallel: 1 })])])]);
  laboratory = await Laboratory.open(plan, { 'install-vault.a@vault-1': broken().behaviour });
  const run = await laboratory.deploy(plan);
  const park = await parked('vault-1');
  await laboratory.phaseShows(name, ({ roles }) => roles[0]!.done === 2);
  await send(laboratory.phase(name), 'update', 'skip', parkAnswer(plan, park));
  await run.result();
});

test('each park has its own number: an answer to the first does not answer the second', async () => {
  const plan = planOf([phase(3, name, [role('install-vault', [step('a', { on: 'first' })])])]);
  laboratory = await Laboratory.open(plan, { 'install-vault.a': broken().behaviour });
  const run = await laboratory.deploy(plan);
  const handle = laboratory.phase(name);
  const first = parkAnswer(plan, await parked('vault-1'));
  expect(await send(handle, 'update', 'retry', first, 'retry#1')).toBe('recorded');
  const { parked: parks } = await laboratory.phaseShows(name, (seen) => seen.parked[0]?.park === 2);
  expect(await send(handle, 'update', 'retry', first, 'retry#1')).toBe('recorded');
  expect(await send(handle, 'update', 'retry', first, 'another id')).toBe('already recorded');
  expect(await refusal(send(handle, 'update', 'skip', first))).toBe(
    'park 1 was answered with retry by operator',
  );
  await send(handle, 'signal', 'skip', first);
  expect(laboratory.called('install-vault.a')).toHaveLength(2);
  const wrong: [Record<string, unknown>, string][] = [
    [{ park: 7 }, 'nothing is parked under number 7'],
    [{ target: 'vault-2' }, 'park 2 is install-vault.a on vault-1'],
    [{ step: 'install-vault.b' }, 'park 2 is install-vault.a on vault-1'],
    [{ hash: 'f'.repeat(64) }, expect.stringMatching(/^this run's plan is /) as string],
    [{ reason: '' }, 'skip wants a reason'],
  ];
  for (const [more, text] of wrong)
    expect(await refusal(send(handle, 'update', 'skip', parkAnswer(plan, parks[0]!, more)))).toEqual(text);
  await send(handle, 'update', 'skip', parkAnswer(plan, parks[0]!));
  await run.result();
});

test('--on-failure abort ends the run without asking, after the siblings in mid-step', async () => {
  const plan = planOf([phase(3, name, [role('install-vault', [step('a'), step('b')])])]);
  laboratory = await Laboratory.open(plan, {
    'install-vault.a@vault-1': async () => {
      throw permanentFailure('no space left');
    },
  });
  const run = await laboratory.deploy(plan, { onFailure: 'abort' });
  expect(await failureOf(run)).toMatchObject({
    message: 'vault-1: install-vault.a failed: no space left',
    details: { phases: [{ state: 'failed', summary: { failed: [{ target: 'vault-1' }] } }] },
  });
  expect(laboratory.calls.every(({ endedMs }) => endedMs !== undefined)).toBe(true);
});
