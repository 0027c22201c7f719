import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { property, assert as check, string } from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { absent } from '../../activities/host/absent.js';
import { command } from '../../activities/host/command.js';
import { compile, reportTitles, type ScriptMode } from '../../activities/host/compile.js';
import { directory } from '../../activities/host/directory.js';
import { file } from '../../activities/host/file.js';
import { quote } from '../../activities/host/quote.js';
import { parseReport } from '../../activities/host/report.js';
import type { Resource } from '../../activities/host/resource.js';

const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();
const owner = `${userInfo().username}:${group}`;
let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'socle-host-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function run(resources: readonly Resource[], mode: ScriptMode) {
  const script = compile(resources, { mode, stateFolder: join(root, 'state') });
  const { stdout, stderr, status } = spawnSync('dash', ['-s'], { input: script, encoding: 'utf8' });
  const report = parseReport(stdout);
  return { ...report, states: report.resources.map(({ state }) => state), stdout, stderr, status };
}

const statesOf = (resources: readonly Resource[], modes: ScriptMode[]): string[] =>
  modes.map((mode) => run(resources, mode).states.join(' '));

describe('quote', () => {
  test('any text comes back unchanged from a real shell', () => {
    check(
      property(string({ unit: 'binary' }), (text) => {
        const clean = Buffer.from(text.replaceAll('\0', '')).toString();
        expect(execFileSync('dash', ['-c', `printf %s ${quote(clean)}`], { encoding: 'utf8' })).toBe(clean);
      }),
      { numRuns: 60, examples: [[`it's "$HOME" \`x\` \\n !! *`], [''], ['-n'], ['a=b'], ['\n\n']] },
    );
  });
  test('a NUL is refused', () => expect(() => quote('a\0b')).toThrow(/NUL/));
});

describe('a file', () => {
  const hosts = (content: string, more = {}): Resource =>
    file({ path: join(root, 'etc/hosts'), content, owner, ...more });

  test('is missing, is made, is then in order, and checking changes nothing', () => {
    expect(statesOf([hosts("it's\n")], ['check'])).toEqual(['todo']);
    expect(existsSync(join(root, 'etc'))).toBe(false);
    expect(statesOf([hosts("it's\n")], ['apply', 'apply', 'check'])).toEqual(['changed', 'ok', 'ok']);
    expect(readFileSync(join(root, 'etc/hosts'), 'utf8')).toBe("it's\n");
  });

  test('shows what differs, unless it is secret', () => {
    run([hosts('a\nb\n')], 'apply');
    const shown = run([hosts('a\nc\n')], 'check').resources[0];
    expect(shown?.diff).toEqual([`${root}/etc/hosts: other content`, '-b', '+c']);
    const hidden = run([hosts('a\nc\n', { secret: true })], 'check').resources[0];
    expect(hidden?.diff).toEqual([`${root}/etc/hosts: other content`]);
  });

  test('a missing final line end is a difference', () => {
    run([hosts('a\n')], 'apply');
    expect(statesOf([hosts('a')], ['check', 'apply', 'check'])).toEqual(['todo', 'changed', 'ok']);
  });

  test('another mode is mended without writing the file again', () => {
    run([hosts('a\n')], 'apply');
    const path = join(root, 'etc/hosts');
    const { ino } = statSync(path);
    chmodSync(path, 0o666);
    expect(run([hosts('a\n')], 'apply').resources[0]?.diff).toEqual([
      `${path}: 666 ${owner} -> 644 ${owner}`,
    ]);
    expect(statSync(path)).toMatchObject({ ino, mode: 0o100644 });
  });

  test('that fails its validation leaves the old one and nothing else behind', () => {
    run([hosts('good\n')], 'apply');
    const result = run([hosts('bad\n', { validate: 'grep -q good "$new"' })], 'apply');
    expect(result).toMatchObject({ status: 1, complete: false, states: [] });
    expect(readFileSync(join(root, 'etc/hosts'), 'utf8')).toBe('good\n');
    expect(readdirSync(join(root, 'etc'))).toEqual(['hosts']);
  });
});

test('a folder gets its mode, and an absent file goes', () => {
  writeFileSync(join(root, 'old'), '');
  const resources = [
    directory({ path: join(root, 'd'), mode: '0750', owner }),
    absent({ path: join(root, 'old') }),
  ];
  expect(statesOf(resources, ['check', 'apply', 'check'])).toEqual(['todo todo', 'changed changed', 'ok ok']);
  expect(statSync(join(root, 'd')).mode & 0o777).toBe(0o750);
  expect(existsSync(join(root, 'old'))).toBe(false);
});

test('a guarded command runs once', () => {
  const mark = join(root, 'mark');
  const resources = [
    command({
      title: 'mark',
      unless: `test -e ${quote(mark)}`,
      run: `echo x >>${quote(mark)}`,
      reason: 'no mark',
    }),
  ];
  expect(statesOf(resources, ['check', 'apply', 'apply'])).toEqual(['todo', 'changed', 'ok']);
  expect(readFileSync(mark, 'utf8')).toBe('x\n');
});

describe('a handler', () => {
  const notify = [{ name: 'reload-x', command: '' }];
  const resources = (commandText: string): Resource[] => [
    file({
      path: join(root, 'conf'),
      content: 'v1\n',
      owner,
      notify: notify.map((one) => ({ ...one, command: commandText })),
    }),
  ];

  test('runs only when a resource that notifies it was changed', () => {
    const commandText = `echo ran >>${join(root, 'log')}`;
    expect(statesOf(resources(commandText), ['apply', 'apply'])).toEqual(['changed changed', 'ok ok']);
    expect(readFileSync(join(root, 'log'), 'utf8')).toBe('ran\n');
  });

  test('that failed is made good by the next attempt, though its file is in order by then', () => {
    expect(run(resources('false'), 'apply')).toMatchObject({
      status: 1,
      complete: false,
      states: ['changed'],
    });
    expect(statesOf(resources('true'), ['check', 'apply', 'check'])).toEqual([
      'ok todo',
      'ok changed',
      'ok ok',
    ]);
  });
});

test('the first failure ends the script, and the report lacks the rest', () => {
  const fail = command({ title: 'fails', unless: 'false', run: 'echo why >&2; false', reason: 'x' });
  const after = file({ path: join(root, 'after'), content: '', owner });
  const result = run([fail, after], 'apply');
  expect(result).toMatchObject({ status: 1, complete: false, resources: [], stderr: 'why\n' });
  expect(existsSync(join(root, 'after'))).toBe(false);
});

test('a script that arrives cut off does nothing', () => {
  const script = compile([file({ path: join(root, 'x'), content: 'y', owner })], {
    mode: 'apply',
    stateFolder: root,
  });
  const call = script.lastIndexOf('main </dev/null');
  for (const length of [call + 3, call, call - 3, script.length >> 1]) {
    spawnSync('dash', ['-s'], { input: script.slice(0, length) });
    expect(existsSync(join(root, 'x'))).toBe(false);
  }
});

test('two attempts never overlap', async () => {
  const log = quote(join(root, 'log'));
  const slow = command({
    title: 'slow',
    unless: 'false',
    run: `echo in >>${log}; sleep 0.2; echo out >>${log}`,
    reason: 'x',
  });
  const script = compile([slow], { mode: 'apply', stateFolder: join(root, 'state') });
  const { spawn } = await import('node:child_process');
  const attempt = (): Promise<unknown> =>
    new Promise((resolve) => {
      const shell = spawn('dash', ['-s'], { stdio: ['pipe', 'ignore', 'ignore'] }).on('close', resolve);
      shell.stdin.end(script);
    });
  await Promise.all([attempt(), attempt(), attempt()]);
  expect(readFileSync(join(root, 'log'), 'utf8')).toBe('in\nout\n'.repeat(3));
});

test('titles of a report are known before it comes', () => {
  const resources = [
    file({
      path: join(root, 'a'),
      content: '"quoted"\\',
      owner,
      notify: [{ name: 'reload-x', command: 'true' }],
    }),
  ];
  expect(run(resources, 'apply').resources.map(({ resource }) => resource)).toEqual(reportTitles(resources));
});
