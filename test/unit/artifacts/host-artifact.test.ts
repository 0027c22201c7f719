import { spawn, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { artifact, artifactSums, type ArtifactState } from '../../../activities/host/artifact.js';
import { artifactLogin } from '../../../activities/host/artifact-login.js';
import { compile, type ScriptMode } from '../../../activities/host/compile.js';
import { parseReport } from '../../../activities/host/report.js';
import { tarGzOf, zipOf } from '../../../sandbox/archives.js';
import { canTestWith } from '../../../tools/test-programs.js';
import { fileServer, type FileServer } from './file-server.js';

const owner = `${userInfo().username}:${execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim()}`;
const program = Buffer.from(`#!/bin/sh\n${'# a program\n'.repeat(2000)}`);
const zip = zipOf('tool', program);
const sum = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

let server: FileServer;
let root = '';
beforeEach(async () => {
  server = await fileServer();
  root = mkdtempSync(join(tmpdir(), 'socle-artifact-'));
  mkdirSync(join(root, 'bin'));
  server.files.set('/tool/1/tool.zip', zip);
  systemd();
});
afterEach(() => {
  server.close();
  rmSync(root, { recursive: true, force: true });
});

const folder = (): string => join(root, 'artifacts');
const part = (bytes = zip): string => join(folder(), `${sum(bytes)}.part`);
const path = (): string => join(root, 'usr/bin/tool');

/** A systemd that starts what it is told behind the script's back and knows whether it still runs. */
function systemd(): void {
  const put = (name: string, body: string): void =>
    writeFileSync(join(root, 'bin', name), `#!/bin/sh\nhere=${root}\n${body}\n`, { mode: 0o755 });
  put(
    'systemd-run',
    `echo "$*" >>$here/starts; shift 3\n: >$here/active\n( "$@"; rm -f $here/active ) >/dev/null 2>&1 &`,
  );
  put('systemctl', `[ "$1" != is-active ] || [ -e $here/active ]`);
  // One second would be most of what a test takes.
  put('sleep', 'exec /bin/sleep 0.01');
}

function wanted(more: Partial<ArtifactState> = {}): ArtifactState {
  const url = `${server.url}/tool/1/tool.zip`;
  return { url, sha256: sum(zip), path: path(), owner, from: { zip: 'tool' }, folder: folder(), ...more };
}

async function run(mode: ScriptMode, state = wanted()) {
  const script = compile([artifact(state)], { mode, stateFolder: join(root, 'state') });
  const child = spawn('/bin/sh', ['-s'], { stdio: 'pipe' });
  child.stdin.end(script.replace('PATH=', `PATH=${root}/bin:`));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [resource] = parseReport(stdout).resources;
  return { state: resource?.state, diff: resource?.diff, stderr };
}

const ranges = (): (string | undefined)[] => server.requests.map(({ headers }) => headers.range);
/** Nothing of a program, whole or half; checksums are none. */
const leftOver = (): string[] =>
  [join(root, 'usr/bin'), folder()].flatMap((each) => (existsSync(each) ? readdirSync(each) : []));

describe.runIf(canTestWith('curl') && canTestWith('unzip'))('an artefact on a real shell', () => {
  test('is missing, is installed, is in order; a look asks nobody', async () => {
    expect(await run('check')).toEqual({ state: 'todo', diff: [`${path()}: missing`], stderr: '' });
    expect(server.requests).toEqual([]);
    expect(await run('apply')).toMatchObject({ state: 'changed', stderr: '' });
    expect(readFileSync(path()).equals(program)).toBe(true);
    expect(statSync(path()).mode & 0o7777).toBe(0o755);
    expect(leftOver()).toEqual(['tool', artifactSums(path(), '').slice(1)]);
    server.requests = [];
    for (const mode of ['check', 'apply'] as const) expect((await run(mode)).state).toBe('ok');
    expect(server.requests).toEqual([]);
  });

  test('comes out of a tar archive, or as it is', async () => {
    const tar = tarGzOf('tool-1/tool', program);
    server.files.set('/tool/1/tool.tar.gz', tar);
    const fromTar = wanted({
      url: `${server.url}/tool/1/tool.tar.gz`,
      sha256: sum(tar),
      from: { tar: 'tool-1/tool' },
    });
    expect(await run('apply', fromTar)).toMatchObject({ state: 'changed', stderr: '' });
    expect(readFileSync(path()).equals(program)).toBe(true);
    const plain = wanted({ path: join(root, 'plain'), mode: '0600' });
    delete plain.from;
    expect(await run('apply', plain)).toMatchObject({ state: 'changed', stderr: '' });
    expect(readFileSync(join(root, 'plain')).equals(zip)).toBe(true);
    expect(statSync(join(root, 'plain')).mode & 0o7777).toBe(0o600);
  });

  test('that somebody changed, that is of another version, or whose mode is another, is mended', async () => {
    await run('apply');
    writeFileSync(path(), 'changed');
    expect((await run('check')).diff).toEqual([`${path()}: not as it was installed`]);
    expect((await run('apply')).state).toBe('changed');
    expect(readFileSync(path()).equals(program)).toBe(true);

    const newer = zipOf('tool', Buffer.from('newer'));
    server.files.set('/tool/2/tool.zip', newer);
    const two = wanted({ url: `${server.url}/tool/2/tool.zip`, sha256: sum(newer) });
    expect((await run('check', two)).diff).toEqual([`${path()}: another version`]);
    expect((await run('apply', two)).state).toBe('changed');
    expect(readFileSync(path(), 'utf8')).toBe('newer');

    server.requests = [];
    expect((await run('apply', { ...two, mode: '0700' })).diff).toEqual([
      `${path()}: 755 ${owner} -> 700 ${owner}`,
    ]);
    expect((await run('check', { ...two, mode: '0700' })).state).toBe('ok');
    expect(server.requests).toEqual([]);
  });

  test('whose transfer is cut ends the step and is gone on with by the next attempt', async () => {
    server.cuts = [1000];
    const cut = await run('apply');
    expect(cut.state).toBeUndefined();
    expect(cut.stderr).toMatch(/^curl: \((18|56)\) /);
    expect(cut.stderr).toContain(`${server.url}/tool/1/tool.zip: not loaded, what arrived is kept.`);
    expect(leftOver()).toEqual([`${sum(zip)}.part`]);
    expect((await run('apply')).state).toBe('changed');
    expect(ranges()).toEqual([undefined, 'bytes=1000-']);
    expect(readFileSync(path()).equals(program)).toBe(true);
  });

  test('that is wholly there after a lost attempt is not asked for again', async () => {
    mkdirSync(folder());
    writeFileSync(part(), zip);
    expect((await run('apply')).state).toBe('changed');
    expect(server.requests).toEqual([]);
  });

  test('whose download another attempt began is waited for', async () => {
    mkdirSync(folder());
    mkdirSync(join(root, 'state'));
    writeFileSync(join(root, 'active'), '');
    writeFileSync(
      join(root, 'bin/sleep'),
      `#!/bin/sh\nprintf x >>${root}/slept; cp ${root}/whole ${part()}; echo 0 >${root}/state/socle-artifact-${sum(zip).slice(0, 12)}.code; rm -f ${root}/active\n`,
    );
    writeFileSync(join(root, 'whole'), zip);
    expect((await run('apply')).state).toBe('changed');
    expect([existsSync(join(root, 'starts')), server.requests]).toEqual([false, []]);
  });

  test.runIf(userInfo().uid === 0)('that finds no room says so, and leaves what is there', async () => {
    mkdirSync(folder());
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', folder()]);
    try {
      const { state, stderr } = await run('apply');
      expect(state).not.toBe('changed');
      expect(stderr).toMatch(/tmpfs +8\.0K[^]*\.part: cannot be written, so much is free there\. Make room/);
      expect(existsSync(path())).toBe(false);
    } finally {
      execFileSync('umount', [folder()]);
    }
  });

  test('from a server without ranges begins anew', async () => {
    server.ranges = false;
    server.cuts = [1000];
    expect((await run('apply')).state).toBeUndefined();
    expect((await run('apply')).state).toBe('changed');
    expect(ranges()).toEqual([undefined, 'bytes=1000-', undefined]);
  });

  test('with a wrong checksum is not installed; what was there stays, and both sums and the next command are named', async () => {
    await run('apply');
    const two = wanted({ url: `${server.url}/tool/2/tool.zip`, sha256: sum(Buffer.from('two')) });
    server.files.set('/tool/2/tool.zip', Buffer.from('not two'));
    const { state, stderr } = await run('apply', two);
    expect(state).toBeUndefined();
    expect(stderr.trim()).toBe(
      `${two.url}: SHA-256 is ${sum(Buffer.from('not two'))}, wanted ${two.sha256}; what was loaded is deleted, nothing was changed. Next: socle artifacts verify ${server.url} FILE`,
    );
    expect(readFileSync(path()).equals(program)).toBe(true);
    expect(leftOver()).toEqual(['tool', artifactSums(path(), '').slice(1)]);
  });

  test.each([
    ['as long as', zip.map((byte) => byte ^ 1)],
    ['longer than', Buffer.concat([zip, zip])],
  ])('whose broken part is %s all of it begins anew', async (_, left) => {
    mkdirSync(folder());
    writeFileSync(part(), left);
    expect(await run('apply')).toMatchObject({ state: 'changed' });
    expect(ranges()).toEqual([`bytes=${left.length}-`, undefined]);
    expect(readFileSync(path()).equals(program)).toBe(true);
  });

  test('is followed where the store sends on to', async () => {
    server.redirects.set('/tool/1/tool.zip', '/elsewhere.zip');
    server.files.set('/elsewhere.zip', zip);
    expect((await run('apply')).state).toBe('changed');
  });

  test.each([
    ['the archive does not hold', zip, 'other'],
    ['is empty in the archive', zipOf('tool', Buffer.alloc(0)), 'tool'],
    ['is in no archive', program, 'tool'],
  ])('that %s leaves nothing half-installed', async (_, content, member) => {
    server.files.set('/tool/1/tool.zip', content);
    const { state, stderr } = await run('apply', wanted({ sha256: sum(content), from: { zip: member } }));
    expect(state).toBeUndefined();
    expect(stderr).toContain(`${path()}: cannot be taken out of the download, nothing was changed`);
    expect(leftOver()).toEqual([`${sum(content)}.part`]);
  });

  test('that the store does not have is named with its address', async () => {
    server.files.clear();
    const { stderr } = await run('apply');
    expect(stderr).toContain('curl: (22) The requested URL returned error: 404');
    expect(stderr).toContain(`Next: socle artifacts verify ${server.url} FILE`);
    expect(leftOver()).toEqual([]);
  });

  test('is asked for with the login of a file, which stands in no argument', async () => {
    const netrc = join(root, 'netrc');
    const login = artifactLogin({ store: server.url, username: 'reader', password: 'canary "\\ x' });
    const content = /machine .*\n/.exec(login.call)?.[0] ?? '';
    writeFileSync(netrc, content, { mode: 0o600 });
    expect((await run('apply', wanted({ login: netrc }))).state).toBe('changed');
    const { authorization } = server.requests[0]?.headers ?? {};
    expect(authorization).toBe(`Basic ${btoa('reader:canary "\\ x')}`);
    expect(readFileSync(join(root, 'starts'), 'utf8')).not.toContain('canary');
  });
});
