import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { computeInventory } from '../../config/inventory.js';
import { parseSite } from '../../config/load.js';
test('x', () => {
  console.log(computeInventory);
  console.log(parseSite.toString().slice(0, 400), readFileSync);
  expect(1).toBe(1);
});
