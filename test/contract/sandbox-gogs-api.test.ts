import { get } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readHead } from '../../activities/clients/git/head.js';
import type { Gogs, GogsRequest } from '../../activities/clients/gogs/gogs.js';
import { ownUser } from '../../activities/clients/gogs/own-user.js';
import { tokenNames } from '../../activities/clients/gogs/tokens.js';
import { simulatedGogs, type SimulatedGogs } from './gogs-sandbox.js';
import { commitText, furnish, remoteOf, startGogs, type ServingGogs } from './gogs-serving.js';
import { refusal } from './refusal.js';

let sandbox: SimulatedGogs;
let gogs: ServingGogs;
let administrator: Gogs;
let token: string;
beforeAll(async () => {
  sandbox = await simulatedGogs();
  gogs = await startGogs(sandbox);
  ({ token, client: administrator } = await furnish(gogs));
  await commitText(remoteOf(gogs, 'socle', token), 'one');
});
afterAll(() => sandbox.close());

const first = 'the-first-password';
const user = (username: string, more: object = {}): GogsRequest<unknown> => ({
  method: 'POST',
  path: 'admin/users',
  body: {
    source_id: 0,
    login_name: username,
    username,
    email: `${username}@platform.example`,
    password: first,
    send_notify: false,
    ...more,
  },
});
const status = async (request: GogsRequest<unknown>, as = administrator): Promise<number> =>
  (await as.request({ accept: [200, 201, 204, 404], ...request })).status;

describe('users of a simulated Gogs', () => {
  test('an administrator makes one, once, who logs in with the password', async () => {
    expect(await status({ method: 'GET', path: 'users/argocd' })).toBe(404);
    const { body } = await administrator.request(user('argocd'));
    expect(body).toMatchObject({ username: 'argocd', email: 'argocd@platform.example' });
    expect(JSON.stringify(body)).not.toContain(first);
    expect(await status({ method: 'GET', path: 'users/argocd' })).toBe(200);
    expect(await tokenNames(gogs.basic('argocd', first), 'argocd')).toEqual([]);
    expect(await refusal(administrator.request(user('argocd')))).toMatchObject({ status: 422 });
    const sameAddress = user('another', { email: 'argocd@platform.example' });
    expect((await refusal(administrator.request(sameAddress))).message).toContain('email has been used');
    expect(sandbox.journal.entries().filter(({ effect }) => effect === 'gogs-user-made')).toHaveLength(2);
  });

  test('what Gogs takes for no name or address is refused', async () => {
    for (const more of [
      { username: 'a b' },
      { username: 'admin' },
      { email: 'argocd@localhost' },
      { username: '' },
    ])
      expect(await refusal(administrator.request(user('other', more)))).toMatchObject({ status: 422 });
  });

  test('only administrators do', async () => {
    const reader = gogs.basic('argocd', first);
    expect(await refusal(reader.request(user('other')))).toMatchObject({ status: 403 });
    expect(await refusal(reader.request({ method: 'DELETE', path: 'admin/users/socle' }))).toMatchObject({
      status: 403,
    });
  });

  test('a new password takes the place of the old one', async () => {
    const second = 'the-second-password';
    const body = { source_id: 0, login_name: 'argocd', email: 'argocd@platform.example', password: second };
    expect(await status({ method: 'PATCH', path: 'admin/users/argocd', body })).toBe(200);
    expect(await refusal(tokenNames(gogs.basic('argocd', first), 'argocd'))).toMatchObject({ status: 403 });
    expect(await tokenNames(gogs.basic('argocd', second), 'argocd')).toEqual([]);
    expect(await status({ method: 'PATCH', path: 'admin/users/nobody', body })).toBe(404);
  });

  test('one is deleted, who owns nothing', async () => {
    await administrator.request(user('gone'));
    expect(await status({ method: 'DELETE', path: 'admin/users/gone' })).toBe(204);
    expect(await status({ method: 'GET', path: 'users/gone' })).toBe(404);
    const owner = administrator.request({ method: 'DELETE', path: 'admin/users/socle' });
    expect(await refusal(owner)).toMatchObject({ status: 422 });
  });
});

describe('collaborators of a repository of a simulated Gogs', () => {
  const path = 'repos/platform/gitops/collaborators/reader';
  const reader = (): ReturnType<typeof remoteOf> => remoteOf(gogs, 'reader', first);
  const allow = (permission?: string): Promise<number> =>
    status({ method: 'PUT', path, body: permission === undefined ? {} : { permission } });

  test('who is none sees nothing', async () => {
    await administrator.request(user('reader'));
    expect(await status({ method: 'GET', path })).toBe(404);
    await expect(readHead(reader(), 'master')).rejects.toMatchObject({ status: 403 });
    const asReader = gogs.basic('reader', first);
    expect(await status({ method: 'GET', path: 'repos/platform/gitops' }, asReader)).toBe(404);
  });

  test('one who reads does not write, and one who writes does', async () => {
    expect(await allow('read')).toBe(204);
    expect(await status({ method: 'GET', path })).toBe(204);
    expect((await readHead(reader(), 'master')).files.get('file')).toEqual(Buffer.from('one'));
    await expect(commitText(reader(), 'by the reader')).rejects.toMatchObject({ status: 403 });
    const asReader = gogs.basic('reader', first);
    const { body } = await asReader.request({ method: 'GET', path: 'repos/platform/gitops' });
    expect(body).toMatchObject({ permissions: { admin: false, push: false, pull: true } });
    expect(await allow()).toBe(204);
    await expect(commitText(reader(), 'still the reader')).rejects.toMatchObject({ status: 403 });
    expect(await allow('write')).toBe(204);
    await commitText(reader(), 'by the reader');
    const listed = await administrator.request({ method: 'GET', path: path.replace('/reader', '') });
    expect(listed.body).toMatchObject([
      { username: 'reader', permissions: { admin: false, push: true, pull: true } },
    ]);
  });

  test('one is taken away, and nobody is none', async () => {
    expect(await status({ method: 'DELETE', path })).toBe(204);
    expect(await status({ method: 'DELETE', path })).toBe(204);
    await expect(readHead(reader(), 'master')).rejects.toMatchObject({ status: 403 });
    const nobody = { method: 'PUT', path: path.replace('/reader', '/nobody'), body: {} } as const;
    expect(await refusal(administrator.request(nobody))).toMatchObject({ status: 422 });
  });
});

describe('what a simulated Gogs is asked otherwise', () => {
  test('what is not simulated is not there, and says so', async () => {
    const error = await refusal(
      administrator.request({ method: 'GET', path: 'repos/platform/gitops/issues' }),
    );
    expect(error).toMatchObject({ status: 404 });
    expect(error.message).toContain('not simulated');
    const source = user('other', { source_id: 7 });
    expect((await refusal(administrator.request(source))).message).toContain('not simulated');
  });

  test('it says that it is well to whoever asks, and leads people to its login', async () => {
    expect(await asked('/healthcheck')).toMatchObject({ status: 200, body: '* Database connection: OK\n' });
    expect(await asked('/')).toMatchObject({ status: 302, location: '/user/login' });
    expect(await asked('/user/login')).toMatchObject({ status: 200 });
    expect(await asked('/platform/gitops.git/info/refs?service=git-upload-pack')).toMatchObject({
      status: 401,
    });
    expect(await asked('/api/v1/user')).toMatchObject({ status: 403 });
  });

  test('faults strike it', async () => {
    sandbox.faults.arm({
      system: 'gogs',
      operation: 'GET /api/v1/user',
      subject: gogs.machine().name,
      kind: 'lost-answer',
    });
    expect(await refusal(ownUser(administrator))).toMatchObject({ status: 0 });
    expect(await ownUser(administrator)).toMatchObject({ username: 'socle' });
  });

  const asked = (path: string): Promise<{ status?: number; location?: string; body: string }> =>
    new Promise((resolve, reject) => {
      get(`${gogs.url}${path}`, { ca: gogs.ca, agent: false }, (answer) => {
        let body = '';
        answer.on('data', (part: Buffer) => (body += part.toString()));
        answer.on('end', () => {
          const { statusCode, headers } = answer;
          const { location } = headers;
          resolve({ status: statusCode!, body, ...(location !== undefined && { location }) });
        });
      }).on('error', reject);
    });
});
