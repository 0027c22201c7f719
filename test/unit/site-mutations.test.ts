import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Document, parse } from 'yaml';
import { parseSite } from '../../config/load.js';
import { Site } from '../../config/site.js';
import { exampleText, plannedMachines, problemLines } from './site-fixture.js';

type Node = Record<string, unknown> | unknown[];

const everyGroup = plannedMachines({ vault: 3, 'lb-dmz': 2, 'dmz-node': 3, 'apps-worker': 4 });
const original = parse(exampleText) as Record<string, unknown>;
const places = placesIn(original);

/** Every path of the example, the root left out. */
function placesIn(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return path.length === 0 ? [] : [path];
  const entries = Object.entries(value).map(
    ([key, item]) => [Array.isArray(value) ? Number(key) : key, item] as const,
  );
  return [
    ...(path.length === 0 ? [] : [path]),
    ...entries.flatMap(([key, item]) => placesIn(item, [...path, key])),
  ];
}

function replaced(path: (string | number)[], value: unknown): unknown {
  const copy = structuredClone(original) as Node;
  let holder = copy;
  for (const step of path.slice(0, -1)) holder = (holder as Record<string | number, Node>)[step] as Node;
  (holder as Record<string | number, unknown>)[path.at(-1) ?? ''] = value;
  return copy;
}

function judge(text: string): void {
  const result = parseSite(text, 'site.yaml', () => everyGroup);
  if ('site' in result) {
    expect(Site.safeParse(result.site).success).toBe(true);
    return;
  }
  const lines = text.split('\n').length;
  expect(result.problems.length).toBeGreaterThan(0);
  for (const { line, message } of result.problems) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines);
    expect(message).not.toMatch(/undefined|\[object|Invalid input/);
  }
}

const oddValue = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    '',
    ' ',
    '127.10.0.0/0',
    '0.0.0.0-255.255.255.255',
    'env:',
    'vault:a#b',
    '-1',
    Number.NaN,
    1e308,
    -0,
    '2001:db8::1',
    '*',
  ),
);

describe('a mutated site file', () => {
  it('is judged without a crash when one value is something else', () => {
    fc.assert(
      fc.property(fc.constantFrom(...places), oddValue, (path, value) => {
        judge(new Document(replaced(path, value)).toString());
      }),
      { numRuns: 150 },
    );
  });

  it('is judged without a crash when a piece of its text is cut out or overwritten', () => {
    const position = fc.nat(exampleText.length);
    const piece = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom('&a ', '*a', '<<: ', '!!binary ', '\t', '- ', '? ', '{', ']', '%YAML 1.1\n', '---\n'),
    );
    fc.assert(
      fc.property(position, fc.nat(40), piece, (start, length, text) => {
        judge(exampleText.slice(0, start) + text + exampleText.slice(start + length));
      }),
      { numRuns: 200 },
    );
  });

  it('is judged without a crash when it is any text at all', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 80, unit: fc.constantFrom(...'ab:-{}[]&*!?|>"\'#%@`\n\t 01,') }),
        judge,
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    'x: &a [*a]',
    '&a : *a',
    'a: &a {b: *a}',
    'hypervisor: &a {kind: *a}',
    'options: &o {prepare-vms: *o}',
    '? {a: b}\n: c',
    '? [zones]\n: {}',
    '__proto__: {x: 1}',
  ])('is judged without a crash when it is %j', judge);

  it('is refused in words when its aliases multiply without end', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const below = `*a${level - 1}`;
      return `a${level}: &a${level} [${level === 0 ? '1' : [below, below, below].join(', ')}]`;
    });
    expect(problemLines(levels.join('\n'))).toEqual([
      'site.yaml:1  an alias contains itself, or aliases multiply without end. Write the values out',
    ]);
  });
});
