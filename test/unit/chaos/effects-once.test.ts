import { expect, test } from 'vitest';
import type { Effect } from '../../../sandbox/runtime.js';
import { doubledEffects } from '../../chaos/effects-once.js';
import { progressOf } from '../../chaos/journal-tail.js';

const at = '2026-01-01T00:00:00.000Z';
const effect = (name: string, subject: string, detail?: Record<string, unknown>): Effect => ({
  ...{ at, system: 'vcenter', effect: name, subject },
  ...(detail && { detail }),
});

test('a machine that was made twice, a disk that was formatted twice and a package that was installed twice are told', () => {
  const twice = [
    effect('clone', 'vault-1'),
    effect('formatted', 'vault-1', { device: '/dev/sdb' }),
    effect('packages-installed', 'vault-1', { names: ['curl', 'chrony'] }),
  ];
  expect(doubledEffects(twice)).toEqual([]);
  expect(doubledEffects([...twice, ...twice]).map((line) => line.split(':')[0])).toEqual([
    'clone vault-1',
    'formatted vault-1 /dev/sdb',
    'packages-installed vault-1 curl',
    'packages-installed vault-1 chrony',
  ]);
});

test('a second power-on is right when somebody switched the machine off by hand, and only then', () => {
  const on = effect('power-on', 'vault-1');
  expect(doubledEffects([on, effect('power-off', 'vault-1', { by: 'hand' }), on])).toEqual([]);
  expect(doubledEffects([on, on])).toHaveLength(1);
  expect(doubledEffects([on, effect('power-off', 'vault-1'), on])).toEqual([
    expect.stringContaining('only hands do'),
  ]);
});

test('what a deployment of a fresh site never does is told at its first time', () => {
  for (const name of ['destroy', 'reboot', 'user-removed'])
    expect(doubledEffects([effect(name, 'vault-1', { name: 'admin-1' })])).toHaveLength(1);
});

test('a repeated effect does not bring a deployment further', () => {
  expect(progressOf([effect('clone', 'vault-1')], 1)).toBe(1 / 8);
  expect(progressOf([effect('clone', 'vault-1'), effect('clone', 'vault-1')], 1)).toBe(1 / 8);
});
