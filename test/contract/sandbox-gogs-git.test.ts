import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { httpClient } from '../../activities/clients/http/http-client.js';
import { canTestWith } from '../../tools/test-programs.js';
import { simulatedGogs, type SimulatedGogs } from './gogs-sandbox.js';
import { furnish, remoteOf, startGogs, type ServingGogs } from './gogs-serving.js';

const run = promisify(execFile);

let sandbox: SimulatedGogs;
let gogs: ServingGogs;
let token: string;
beforeAll(async () => {
  sandbox = await simulatedGogs();
  gogs = await startGogs(sandbox);
  ({ token } = await furnish(gogs));
});
afterAll(() => sandbox.close());

describe.runIf(canTestWith('git'))('the program git with a simulated Gogs', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'socle-sandbox-git-'));
    writeFileSync(join(folder, 'ca.pem'), gogs.ca);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const git = async (...args: string[]): Promise<string> => {
    const person = { NAME: 'A person', EMAIL: 'person@platform.example' };
    const { stdout } = await run('git', args, {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_SSL_CAINFO: join(folder, 'ca.pem'),
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'http.extraHeader',
        GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`${token}:`).toString('base64')}`,
        ...Object.fromEntries(
          Object.entries(person).flatMap(([name, value]) =>
            ['AUTHOR', 'COMMITTER'].map((who) => [`GIT_${who}_${name}`, value]),
          ),
        ),
      },
    });
    return stdout;
  };
  const inFirst = (...args: string[]): Promise<string> => git('-C', 'first', ...args);
  const commits = async (count: number, name: string): Promise<void> => {
    for (let number = 1; number <= count; number += 1) {
      writeFileSync(join(folder, 'first', name), `${name} ${number}\n`);
      await inFirst('add', name);
      await inFirst('commit', '--quiet', '-m', `${name} ${number}`);
    }
  };
  const refused = (pushed: Promise<string>): Promise<string> =>
    pushed.then(
      () => 'it was not refused',
      (error: Error & { stderr?: string }) => error.stderr ?? '',
    );
  const url = (): string => remoteOf(gogs, '', '').url;

  test('clones what is empty, pushes, and is given it back whole', async () => {
    await git('clone', '--quiet', url(), 'first');
    await commits(3, 'file');
    await inFirst('push', '--quiet', 'origin', 'HEAD:refs/heads/master');
    await git('clone', '--quiet', url(), 'second');
    await git('-C', 'second', 'fsck', '--strict');
    expect(await git('-C', 'second', 'log', '--format=%s')).toBe('file 3\nfile 2\nfile 1\n');
    expect(sandbox.journal.entries().filter(({ effect }) => effect === 'gogs-pushed')).toHaveLength(1);
  });

  test('fetches only what it has not, and tags with what they name', async () => {
    await commits(2, 'more');
    await inFirst('tag', '-a', 'v1', '-m', 'the first');
    await inFirst('push', '--quiet', '--follow-tags', 'origin', 'HEAD:refs/heads/master');
    await git('-C', 'second', '-c', 'fetch.unpackLimit=1', 'fetch', '--quiet', '--tags');
    await git('-C', 'second', 'fsck', '--strict');
    expect(await git('-C', 'second', 'log', '--format=%s', '-1', 'v1')).toBe('more 2\n');
    // Two commits with their folders and their files, and the tag.
    expect(await git('-C', 'second', 'count-objects', '-v')).toMatch(/^in-pack: 7$/m);
  });

  test('finds out in several questions what both have', async () => {
    for (let number = 1; number <= 80; number += 1)
      await git('-C', 'second', 'commit', '--quiet', '--allow-empty', '-m', `own ${number}`);
    await commits(1, 'file');
    await inFirst('push', '--quiet', 'origin', 'HEAD:refs/heads/master');
    await git('-C', 'second', 'fetch', '--quiet');
    expect(await git('-C', 'second', 'log', '--format=%s', '-1', 'FETCH_HEAD')).toBe('file 1\n');
    await git('-C', 'second', 'fsck', '--strict');
  });

  test('clones without history, deepens it and has all in the end', async () => {
    await git('clone', '--quiet', '--depth', '1', url(), 'shallow');
    const count = async (): Promise<number> =>
      Number(await git('-C', 'shallow', 'rev-list', '--count', 'HEAD'));
    expect(await count()).toBe(1);
    await git('-C', 'shallow', 'fetch', '--quiet', '--depth', '3');
    expect(await count()).toBe(3);
    await git('-C', 'shallow', 'fetch', '--quiet', '--unshallow');
    expect(await count()).toBe(6);
    await git('-C', 'shallow', 'fsck', '--strict');
  });

  test('pushes a folder of a thousand files, which takes more than one packet of its answer back', async () => {
    for (let number = 0; number < 1000; number += 1)
      writeFileSync(join(folder, 'first', `file-${number}`), `${number} `.repeat(50 + number));
    await inFirst('add', '.');
    await inFirst('commit', '--quiet', '-m', 'many');
    await inFirst('push', '--quiet', 'origin', 'HEAD:refs/heads/many');
    await git('clone', '--quiet', '--branch', 'many', url(), 'third');
    await git('-C', 'third', 'fsck', '--strict');
    expect((await git('-C', 'third', 'ls-files')).split('\n')).toHaveLength(1003);
  });

  test('writes a history anew only by force, and deletes branches but the first', async () => {
    await inFirst('checkout', '--quiet', '-b', 'other', 'HEAD~2');
    await commits(1, 'other');
    await inFirst('push', '--quiet', 'origin', 'other:many', '--force');
    expect(await inFirst('ls-remote', 'origin', 'refs/heads/many')).toContain(
      (await inFirst('rev-parse', 'other')).trim(),
    );
    await inFirst('push', '--quiet', 'origin', '--delete', 'many');
    expect(await inFirst('ls-remote', 'origin', 'refs/heads/many')).toBe('');
    expect(await refused(inFirst('push', 'origin', '--delete', 'master'))).toContain(
      'deletion of the current branch prohibited',
    );
  });

  test('is refused a branch where a folder of branches is, and all of a push that is all or nothing', async () => {
    await inFirst('push', '--quiet', 'origin', 'other:refs/heads/a/b');
    const both = ['other:refs/heads/a', 'other:refs/heads/c'];
    expect(await refused(inFirst('push', '--atomic', 'origin', ...both))).toContain('failed');
    expect(await inFirst('ls-remote', 'origin', 'refs/heads/c')).toBe('');
    expect(await refused(inFirst('push', 'origin', ...both))).toContain('failed to update ref');
    const within = ['other:refs/heads/d', 'other:refs/heads/d/e'];
    expect(await refused(inFirst('push', 'origin', ...within))).toContain('failed to update ref');
    expect(await inFirst('ls-remote', 'origin', 'refs/heads/c')).toContain('refs/heads/c');
  });

  test('is told when somebody else was faster, and when what it sends is not whole', async () => {
    const [, head] = (await inFirst('rev-parse', 'HEAD~1', 'HEAD')).split('\n');
    const before = await inFirst('ls-remote', 'origin', 'refs/heads/other', 'refs/heads/master');
    const missing = 'a'.repeat(40);
    expect(await pushed(`${missing} ${head} refs/heads/master`, emptyPack())).toContain(
      'ng refs/heads/master failed to update ref',
    );
    const sent = `${'0'.repeat(40)} ${missing} refs/heads/other`;
    expect(await pushed(sent, emptyPack())).toContain('unpack missing necessary objects');
    const torn = emptyPack();
    torn[torn.length - 1]! ^= 1;
    expect(await pushed(sent, torn)).toContain('unpack index-pack abnormal exit');
    expect(await pushed(sent, Buffer.alloc(0))).toContain('unpack eof before pack header');
    expect(await inFirst('ls-remote', 'origin', 'refs/heads/other', 'refs/heads/master')).toBe(before);
  });

  /** What is answered to a push that no client would send. */
  const pushed = async (command: string, pack: Buffer): Promise<string> => {
    const line = `${command}\0 report-status`;
    const start = `${(line.length + 4).toString(16).padStart(4, '0')}${line}0000`;
    const { pathname } = new URL(url());
    const http = httpClient({
      system: 'git',
      url: gogs.url,
      ca: gogs.ca,
      headers: {
        authorization: `Basic ${Buffer.from(`${token}:`).toString('base64')}`,
        'content-type': 'application/x-git-receive-pack-request',
      },
    });
    const { body } = await http.request<Buffer>({
      method: 'POST',
      path: `${pathname}/git-receive-pack`,
      body: Buffer.concat([Buffer.from(start), pack]),
      read: 'bytes',
    });
    return body.toString();
  };

  test('knows what is left of a repository after the sandbox was killed', async () => {
    const head = await inFirst('ls-remote', 'origin', 'refs/heads/master');
    await sandbox.restart();
    await git('clone', '--quiet', url(), 'fourth');
    expect(head).toContain((await git('-C', 'fourth', 'rev-parse', 'HEAD')).trim());
  });
});

/** A pack without an object, as git sends one when the other side has all. */
function emptyPack(): Buffer {
  const start = Buffer.from('5041434b0000000200000000', 'hex');
  return Buffer.concat([start, createHash('sha1').update(start).digest()]);
}
