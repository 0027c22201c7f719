import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { log } from 'isomorphic-git';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Changes } from '../../activities/clients/git/changes.js';
import { commitFiles, commitUpon, type Committed } from '../../activities/clients/git/commit-files.js';
import { openHead, readHead } from '../../activities/clients/git/head.js';
import type { GitRemote } from '../../activities/clients/git/remote.js';
import { readContent } from '../../activities/clients/gogs/contents.js';
import { gogsClient, type Gogs } from '../../activities/clients/gogs/gogs.js';
import { ensureOrganisation } from '../../activities/clients/gogs/organisations.js';
import { ensureRepository } from '../../activities/clients/gogs/repositories.js';
import { issueToken } from '../../activities/clients/gogs/tokens.js';
import { ApiError, NotReadyError, PermanentError } from '../../activities/errors.js';
import { authorityFrom } from '../certificates-fixture.js';
import type { GogsUnderTest } from './gogs-targets.js';
import { losingProxy, type LosingProxy } from './losing-proxy.js';

const run = promisify(execFile);
const author = { name: 'Socle', email: 'socle@platform.example' };

/** What Socle relies on of git over HTTPS; what it wrote is read by the program git itself. */
export function gitContract(name: string, start: () => Promise<GogsUnderTest>): void {
  describe(`git over HTTPS to ${name}`, () => {
    let under: GogsUnderTest;
    let proxy: LosingProxy;
    let folder: string;
    let remote: GitRemote;
    let gogs: Gogs;
    beforeAll(async () => {
      under = await start();
      const { address, pair, ca, admin } = under;
      proxy = await losingProxy({ address, ...pair, target: under.url, ca });
      folder = await mkdtemp(join(tmpdir(), 'socle-git-'));
      await writeFile(join(folder, 'ca.pem'), ca);
      const { secret: token } = await issueToken(
        gogsClient({ url: under.url, ca, login: admin }),
        'socle',
        'git',
      );
      gogs = gogsClient({ url: under.url, ca, login: { token } });
      await ensureOrganisation(gogs, 'platform', '');
      await ensureRepository(gogs, { owner: 'platform', name: 'gitops' }, '');
      const url = `${proxy.url}/platform/gitops.git`;
      remote = { url, ca, login: { username: admin.username, password: token } };
    }, 3_600_000);
    afterAll(async () => {
      await proxy.close();
      await under.close();
      await rm(folder, { recursive: true });
    });

    const commit = (
      changes: Record<string, string | undefined>,
      message = 'a change',
      to: Partial<GitRemote> = {},
      branch = 'master',
    ): Promise<Committed> =>
      commitFiles({ ...remote, ...to }, { branch, author, message, changes: changesOf(changes) });
    const filesOf = async (branch = 'master'): Promise<Record<string, string>> =>
      Object.fromEntries(
        [...(await readHead(remote, branch)).files].map(([path, content]) => [path, content.toString()]),
      );
    /** The program git, with the same login as the client. */
    const git = async (...args: string[]): Promise<string> => {
      const { username, password } = remote.login;
      const { stdout } = await run('git', args, {
        cwd: folder,
        env: {
          PATH: process.env['PATH'],
          HOME: folder,
          GIT_SSL_CAINFO: join(folder, 'ca.pem'),
          GIT_CONFIG_COUNT: '1',
          GIT_CONFIG_KEY_0: 'http.extraHeader',
          GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
          GIT_AUTHOR_NAME: 'A person',
          GIT_AUTHOR_EMAIL: 'person@platform.example',
          GIT_COMMITTER_NAME: 'A person',
          GIT_COMMITTER_EMAIL: 'person@platform.example',
        },
      });
      return stdout;
    };
    let clones = 0;
    const clone = async (): Promise<string> => {
      clones += 1;
      await git('clone', '--quiet', remote.url, `clone-${clones}`);
      return `clone-${clones}`;
    };
    const thrownBy = (promise: Promise<unknown>): Promise<Error> =>
      promise.then(
        () => new Error('nothing was thrown'),
        (error: unknown) => error as Error,
      );

    test('an empty repository has no head, and its first commit no parent', async () => {
      expect(await readHead(remote, 'master')).toEqual({ files: new Map() });
      const { commit: made, changed } = await commit({ 'README.md': '# Platform\n', 'a/b/c.yaml': 'c: 1\n' });
      expect(changed).toEqual(['README.md', 'a/b/c.yaml']);
      expect((await readHead(remote, 'master')).commit).toBe(made);
      expect(await filesOf()).toEqual({ 'README.md': '# Platform\n', 'a/b/c.yaml': 'c: 1\n' });
    });

    test('when nothing differs nothing is committed', async () => {
      const before = await readHead(remote, 'master');
      const again = await commit({ 'README.md': '# Platform\n', 'not/there': undefined });
      expect(again).toEqual({ commit: before.commit, changed: [] });
      expect(await readHead(remote, 'master')).toEqual(before);
    });

    test('files are added, changed and removed by one commit, and the others stay', async () => {
      const before = await readHead(remote, 'master');
      const { commit: made, changed } = await commit(
        {
          'README.md': '# New\n',
          'a/b/c.yaml': undefined,
          'a-file': 'one',
          'a.d/file': 'two',
          'é/ü': 'three',
        },
        'several at once',
      );
      expect(changed).toEqual(['README.md', 'a/b/c.yaml', 'a-file', 'a.d/file', 'é/ü']);
      const wanted = { 'README.md': '# New\n', 'a-file': 'one', 'a.d/file': 'two', 'é/ü': 'three' };
      expect(await filesOf()).toEqual(wanted);
      const place = await clone();
      await git('-C', place, 'fsck', '--strict');
      expect((await git('-C', place, 'rev-parse', 'HEAD', 'HEAD^')).trim().split('\n')).toEqual([
        made,
        before.commit,
      ]);
      expect(await git('-C', place, 'log', '-1', '--format=%an <%ae>|%cn|%s')).toBe(
        'Socle <socle@platform.example>|Socle|several at once\n',
      );
      expect((await git('-C', place, '-c', 'core.quotePath=false', 'ls-files')).trim().split('\n')).toEqual(
        Object.keys(wanted).sort(),
      );
      expect(await readFile(join(folder, place, 'é/ü'), 'utf8')).toBe('three');
    });

    test('what others pushed is kept, programs stay programs, a symbolic link is no file to the API', async () => {
      const place = await clone();
      await writeFile(join(folder, place, 'program'), '#!/bin/sh\n', { mode: 0o755 });
      await symlink('program', join(folder, place, 'link'));
      await git('-C', place, 'add', 'program', 'link');
      await git('-C', place, 'commit', '--quiet', '-m', 'by a person');
      await git('-C', place, 'push', '--quiet');
      await commit({ program: '#!/bin/sh\ntrue\n' });
      const after = await clone();
      expect(await git('-C', after, 'ls-tree', 'HEAD', 'program')).toMatch(/^100755 blob /);
      expect(await git('-C', after, 'ls-tree', 'HEAD', 'link')).toMatch(/^120000 blob /);
      const repository = { owner: 'platform', name: 'gitops' };
      expect(await readContent(gogs, repository, 'link', 'master')).toBeUndefined();
      expect(await git('-C', after, 'log', '--format=%an', '-2')).toBe('Socle\nA person\n');
    });

    test('a push whose answer was lost is found at the next look', async () => {
      proxy.lose((method, path) => method === 'POST' && path.endsWith('/git-receive-pack'));
      const lost = await thrownBy(commit({ lost: 'answer' }));
      expect(lost).toBeInstanceOf(ApiError);
      expect(lost).toMatchObject({ system: 'git', status: 0, retryable: true });
      expect(proxy.lost().at(-1)).toBe('POST /platform/gitops.git/git-receive-pack');
      expect(await commit({ lost: 'answer' })).toMatchObject({ changed: [] });
      expect((await filesOf())['lost']).toBe('answer');
    });

    test('of two that commit upon one head, one is told to look again, and both are there at the end', async () => {
      const first = { mine: 'mine\n' };
      const second = { theirs: 'theirs\n' };
      const results = await Promise.allSettled([commit(first), commit(second)]);
      for (const result of results)
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(NotReadyError);
      await commit(first);
      await commit(second);
      expect(await filesOf()).toMatchObject({ ...first, ...second });
    });

    test('a head that moved between look and push is not overwritten', async () => {
      const place = await clone();
      await git('-C', place, 'commit', '--quiet', '--allow-empty', '-m', 'meanwhile');
      const request = { branch: 'master', author, message: 'late', changes: changesOf({ late: 'late\n' }) };
      const head = await openHead(remote, 'master');
      expect(await log({ ...head.store, ref: head.commit! })).toHaveLength(1);
      await git('-C', place, 'push', '--quiet');
      const error = await thrownBy(commitUpon(head, request));
      expect(error).toBeInstanceOf(NotReadyError);
      expect(error.message).toContain('moved on');
      expect((await commitFiles(remote, request)).changed).toEqual(['late']);
      const after = await clone();
      expect(await git('-C', after, 'log', '--format=%s', '-2')).toBe('late\nmeanwhile\n');
    });

    test('a file does not take the place of a folder, nor a folder that of a file', async () => {
      await commit({ 'folder/file': 'one' });
      for (const changes of [{ folder: 'a file' }, { 'folder/file/below': 'a file' }])
        expect(await thrownBy(commit(changes))).toBeInstanceOf(PermanentError);
      await expect(commit({ '../outside': 'x' })).rejects.toThrow('no path');
      await expect(commit({ '.git/config': 'x' })).rejects.toThrow('no path');
    });

    test('another branch is made of what it is given, and the first stays', async () => {
      const before = await filesOf();
      await commit({ only: 'here' }, 'a branch', {}, 'other');
      expect(await filesOf('other')).toEqual({ only: 'here' });
      expect(await filesOf()).toEqual(before);
      await commit({ only: undefined }, 'nothing is left', {}, 'other');
      expect(await filesOf('other')).toEqual({});
    });

    test('a wrong login, a missing repository and another authority are refused, without a secret', async () => {
      const password = 'a-secret-that-is-wrong';
      const { root: ca } = await authorityFrom('44');
      const login = { username: 'socle', password };
      const refused = await thrownBy(commit({ x: 'x' }, 'x', { login }));
      expect(refused).toMatchObject({ status: 401, retryable: false });
      const missing = remote.url.replace('gitops', 'missing');
      expect(await thrownBy(readHead({ ...remote, url: missing }, 'master'))).toMatchObject({
        status: 404,
        retryable: false,
      });
      expect(await thrownBy(readHead({ ...remote, ca }, 'master'))).toMatchObject({ status: 0 });
      const shown = JSON.stringify(refused, Object.getOwnPropertyNames(refused));
      for (const secret of [password, Buffer.from(`socle:${password}`).toString('base64')])
        expect(shown).not.toContain(secret);
    });
  });
}

function changesOf(texts: Record<string, string | undefined>): Changes {
  return new Map(
    Object.entries(texts).map(([path, text]) => [path, text === undefined ? undefined : Buffer.from(text)]),
  );
}
