import { expect, test } from 'vitest';
import { drawSchedule, evenCounts, kinds } from '../../chaos/schedule.js';

test('a seed draws the same disturbances at the same instants again, another seed others', () => {
  const counts = evenCounts(7, 8);
  expect(drawSchedule(7, counts)).toEqual(drawSchedule(7, counts));
  expect(drawSchedule(8, counts)).not.toEqual(drawSchedule(7, counts));
});

test('what is asked for is drawn, all of it and nothing else', () => {
  const drawn = drawSchedule(3, { 'worker killed': 20, 'server killed': 5 })
    .flatMap(({ disturbances }) => disturbances)
    .map(({ kind }) => kind);
  expect(drawn.filter((kind) => kind === 'worker killed')).toHaveLength(20);
  expect(drawn.filter((kind) => kind === 'server killed')).toHaveLength(5);
  expect(drawn).toHaveLength(25);
});

test('over a few seeds every kind strikes, some by twos, and some freezes outlast the heartbeat timeout', () => {
  const blows = Array.from({ length: 20 }, (_, seed) => drawSchedule(seed, evenCounts(seed, 8))).flat();
  const drawn = blows.flatMap(({ disturbances }) => disturbances);
  expect(new Set(drawn.map(({ kind }) => kind))).toEqual(new Set(kinds));
  expect(blows.some(({ disturbances }) => disturbances.length === 2)).toBe(true);
  expect(drawn.some(({ kind, durationMs }) => kind === 'worker frozen' && durationMs > 10_000)).toBe(true);
});
