import { describe, expect, test } from 'vitest';
import { booleanOf, parseIni } from '../../../sandbox/machine/programs/gogs/ini.js';
import { packet, readPackets, sideBand } from '../../../sandbox/machine/programs/gogs/packet-lines.js';
import { fitsBeside, isReferenceName } from '../../../sandbox/machine/programs/gogs/references.js';

describe('app.ini of the simulated Gogs', () => {
  test('has sections, comments and values with and without quotes', () => {
    const text =
      'RUN_USER = git\n; no\n# no\n[server] ; no\nURL = https://a:1/\nA: `b # c` ; no\n[empty]\nB = c;d\n';
    expect(parseIni(text)).toEqual({
      '': { RUN_USER: 'git' },
      server: { URL: 'https://a:1/', A: 'b # c' },
      empty: { B: 'c' },
    });
  });

  test.each(['A', 'A = $HOME', 'A = %(B)s'])('does not take %s', (line) => {
    expect(() => parseIni(`${line}\n`)).toThrow();
  });

  test('takes several words for true and for false, and any other for nothing', () => {
    expect(['true', 'on', 'YES', '1'].map((word) => booleanOf(word, false))).not.toContain(false);
    expect(['false', 'off', 'No', '0'].map((word) => booleanOf(word, true))).not.toContain(true);
    expect([booleanOf('maybe', true), booleanOf(undefined, false)]).toEqual([true, false]);
  });
});

describe("packets of the simulated Gogs' git", () => {
  test('are read as they were written, up to what is none', () => {
    const bytes = Buffer.concat([packet('want a\n'), packet('é'), Buffer.from('0000PACK')]);
    const { next, rest } = readPackets(bytes);
    expect([next(), next(), next()?.toString()]).toEqual(['want a', 'é', '0000']);
    expect(rest().toString()).toBe('PACK');
    expect(() => next()).toThrow('bad line length');
  });

  test('hold no more than git takes at once', () => {
    const packets = sideBand(1, Buffer.alloc(70_000));
    expect(packets.map(({ length }) => length)).toEqual([65_520, 4_490]);
    expect(packets.map((one) => one.toString('latin1', 0, 5))).toEqual(['fff0\x01', '118a\x01']);
    expect(() => packet(Buffer.alloc(65_517))).toThrow('too long');
  });
});

describe('names of references', () => {
  test.each(['refs/heads/master', 'refs/heads/a/b', 'refs/tags/v1.2', 'refs/heads/é'])('%s is one', (name) =>
    expect(isReferenceName(name)).toBe(true),
  );

  test.each([
    'master',
    'refs/heads',
    'refs/heads/',
    'refs/heads/../../config',
    'refs/heads/.hidden',
    'refs/heads/a.lock',
    'refs/heads/a b',
    'refs/heads/a~1',
    'refs/heads/a@{1}',
    'refs/heads/a.',
    'refs/heads/a\0',
  ])('%j is none', (name) => expect(isReferenceName(name)).toBe(false));

  test('one is not where another one needs a folder', () => {
    const there = ['refs/heads/a/b'];
    expect(['refs/heads/a', 'refs/heads/a/b/c'].map((name) => fitsBeside(there, name))).toEqual([
      false,
      false,
    ]);
    expect(['refs/heads/a/b', 'refs/heads/ab'].map((name) => fitsBeside(there, name))).toEqual([true, true]);
  });
});
