import { init, readTree, writeBlob, writeTree } from 'isomorphic-git';
import { createFsFromVolume, Volume } from 'memfs';
import { expect, test } from 'vitest';
import { missingChanges } from '../../../activities/clients/git/changes.js';
import type { Store } from '../../../activities/clients/git/head.js';
import { changedTree } from '../../../activities/clients/git/write-tree.js';
import { PermanentError } from '../../../activities/errors.js';

async function newStore(): Promise<Store> {
  const store: Store = { fs: createFsFromVolume(new Volume()), gitdir: '/repository.git', cache: {} };
  await init({ ...store, bare: true });
  return store;
}

const changes = (texts: Record<string, string | undefined>) =>
  new Map(
    Object.entries(texts).map(([path, text]) => [path, text === undefined ? undefined : Buffer.from(text)]),
  );

const namesOf = async (store: Store, oid: string | undefined): Promise<string[]> =>
  oid === undefined
    ? []
    : (await readTree({ ...store, oid })).tree.map(({ mode, path }) => `${mode} ${path}`);

test('a folder that loses its last file is gone, and so is one of folders alone', async () => {
  const store = await newStore();
  const base = await changedTree(store, undefined, changes({ 'a/b/c': 'one', d: 'two' }));
  const after = await changedTree(store, base, changes({ 'a/b/c': undefined }));
  expect(await namesOf(store, base)).toEqual(['040000 a', '100644 d']);
  expect(await namesOf(store, after)).toEqual(['100644 d']);
  expect(await changedTree(store, after, changes({ d: undefined }))).toBeUndefined();
});

test('the same files give the same tree, in whatever order they came', async () => {
  const store = await newStore();
  const one = await changedTree(store, undefined, changes({ 'a.b': '1', 'a/b': '2', 'a-b': '3' }));
  const first = await changedTree(store, undefined, changes({ 'a-b': '3' }));
  expect(await changedTree(store, first, changes({ 'a/b': '2', 'a.b': '1' }))).toBe(one);
});

test('a symbolic link becomes a file, a program stays one', async () => {
  const store = await newStore();
  const oid = await writeBlob({ ...store, blob: Buffer.from('target') });
  const base = await writeTree({
    ...store,
    tree: [
      { mode: '120000', path: 'link', oid, type: 'blob' },
      { mode: '100755', path: 'program', oid, type: 'blob' },
    ],
  });
  const after = await changedTree(store, base, changes({ link: 'text', program: 'text' }));
  expect(await namesOf(store, after)).toEqual(['100644 link', '100755 program']);
});

test('a name is a file or a folder', async () => {
  const store = await newStore();
  const base = await changedTree(store, undefined, changes({ 'a/b': 'one', c: 'two' }));
  for (const wrong of [{ a: 'file' }, { 'c/d': 'below a file' }, { x: 'file', 'x/y': 'below it' }])
    await expect(changedTree(store, base, changes(wrong))).rejects.toThrow(PermanentError);
});

test('only what differs is a change', () => {
  const files = new Map([
    ['same', Buffer.from('1')],
    ['other', Buffer.from('1')],
    ['gone', Buffer.from('1')],
  ]);
  const wanted = changes({ same: '1', other: '2', gone: undefined, absent: undefined, new: '' });
  expect([...missingChanges(files, wanted).keys()]).toEqual(['other', 'gone', 'new']);
});

test.each(['/a', 'a//b', 'a/', '.', '../a', 'a/../b', '.git/hooks/update', 'a/.GIT/config', ''])(
  'the path %j is refused',
  (path) => {
    expect(() => missingChanges(new Map(), changes({ [path]: 'x' }))).toThrow('no path of a file');
  },
);
