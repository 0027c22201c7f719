import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gitAccess, type GitAccess } from '../../activities/clients/git/access.js';
import { commitFiles } from '../../activities/clients/git/commit-files.js';
import { readContent } from '../../activities/clients/gogs/contents.js';
import { ensureReader } from '../../activities/clients/gogs/collaborators.js';
import { deployKeys, ensureDeployKey } from '../../activities/clients/gogs/deploy-keys.js';
import { gogsClient, type Gogs, type GogsLogin } from '../../activities/clients/gogs/gogs.js';
import { deleteHooks, ensureHook, hooksOf } from '../../activities/clients/gogs/hooks.js';
import { ensureOrganisation, ownOrganisations } from '../../activities/clients/gogs/organisations.js';
import { ownUser } from '../../activities/clients/gogs/own-user.js';
import { ensureRepository, readRepository } from '../../activities/clients/gogs/repositories.js';
import { issueToken, tokenNames } from '../../activities/clients/gogs/tokens.js';
import { ensureUser, passwordIsRight, setPassword } from '../../activities/clients/gogs/users.js';
import { NotReadyError, PermanentError } from '../../activities/errors.js';
import { authorityFrom } from '../certificates-fixture.js';
import { publicKey } from '../unit/site-fixture.js';
import type { GogsUnderTest } from './gogs-targets.js';
import { losingProxy, type LosingProxy } from './losing-proxy.js';
import { refusal } from './refusal.js';

const repository = { owner: 'platform', name: 'gitops' };
const url = 'https://argocd.platform.example/api/webhook';

/** What Socle relies on of Gogs' API, asked in the order in which a deployment asks it. */
export function gogsContract(name: string, start: () => Promise<GogsUnderTest>): void {
  describe(`the API of ${name}`, () => {
    let under: GogsUnderTest;
    let proxy: LosingProxy;
    let basic: Gogs;
    let gogs: Gogs;
    beforeAll(async () => {
      under = await start();
      proxy = await losingProxy({
        address: under.address,
        ...under.pair,
        target: under.url,
        ca: under.ca,
      });
      basic = as(under.admin);
    }, 3_600_000);
    afterAll(async () => {
      await proxy.close();
      await under.close();
    });

    const as = (login: GogsLogin): Gogs => gogsClient({ url: proxy.url, ca: under.ca, login });
    const shown = (error: Error): string => JSON.stringify(error, Object.getOwnPropertyNames(error));
    /** Loses the answer to the next request of this kind, and says afterwards that this happened. */
    const losing = async <Result>(
      kind: RegExp,
      act: () => Promise<Result>,
    ): Promise<{ result: Result; lost: number }> => {
      const before = proxy.lost().length;
      proxy.lose((method, path) => kind.test(`${method} ${path}`));
      const result = await act();
      return { result, lost: proxy.lost().length - before };
    };

    test('is asked over TLS with the authority of the site alone', async () => {
      const { root: ca } = await authorityFrom('44');
      const error = await refusal(ownUser(gogsClient({ url: under.url, ca, login: under.admin })));
      expect(error).toMatchObject({ status: 0 });
      expect(error.message).toContain('certificate');
    });

    test('a wrong password or token is refused for good and is in no error', async () => {
      const wrong = 'a-secret-that-is-wrong';
      const password = await refusal(tokenNames(as({ ...under.admin, password: wrong }), 'socle'));
      const token = await refusal(ownUser(as({ token: wrong })));
      for (const error of [password, token]) {
        // Gogs says 403 to whoever it does not know where it wants a login for everything, Gitea says 401.
        expect([401, 403]).toContain(error.status);
        expect(error).toMatchObject({ retryable: false });
        expect(shown(error)).not.toContain(wrong);
        expect(shown(error)).not.toContain(Buffer.from(`socle:${wrong}`).toString('base64'));
      }
    });

    test('a token is made by password under the first free name, and its secret logs in', async () => {
      expect(await tokenNames(basic, 'socle')).toEqual([]);
      const token = await issueToken(basic, 'socle', 'deployment');
      expect(token.name).toBe('deployment-1');
      expect(await tokenNames(basic, 'socle')).toEqual(['deployment-1']);
      gogs = as({ token: token.secret });
      expect(await ownUser(gogs)).toMatchObject({ username: 'socle' });
    });

    test('a token cannot make tokens', async () => {
      expect(await refusal(tokenNames(gogs, 'socle'))).toMatchObject({ status: 401 });
    });

    test('a token whose secret was lost with its answer leaves its name to nobody', async () => {
      proxy.lose((method, path) => method === 'POST' && path.endsWith('/tokens'));
      const lost = await refusal(issueToken(basic, 'socle', 'deployment'));
      expect(lost).toMatchObject({ status: 0, retryable: true });
      const token = await issueToken(basic, 'socle', 'deployment');
      expect(token.name).toBe('deployment-3');
      expect(await ownUser(as({ token: token.secret }))).toMatchObject({ username: 'socle' });
    });

    test('whoever comes second under one name is told to look again', async () => {
      const second: Gogs = {
        ...basic,
        request: async (request) => {
          if (request.method === 'POST') await basic.request(request);
          return basic.request(request);
        },
      };
      await expect(issueToken(second, 'socle', 'raced')).rejects.toThrow(NotReadyError);
      expect((await issueToken(basic, 'socle', 'raced')).name).toBe('raced-2');
    });

    test('a name that is taken is refused with 422', async () => {
      const again = basic.request({
        method: 'POST',
        path: 'users/socle/tokens',
        body: { name: 'deployment-1' },
      });
      expect(await refusal(again)).toMatchObject({ status: 422, retryable: false });
    });

    test('an organisation is made once, its lost answer included', async () => {
      expect(await ownOrganisations(gogs)).toEqual([]);
      const { result, lost } = await losing(/^POST .*\/user\/orgs$/, () =>
        ensureOrganisation(gogs, 'platform', 'What Socle deploys'),
      );
      expect(lost).toBe(1);
      expect(result.username).toBe('platform');
      expect(await ensureOrganisation(gogs, 'platform', 'What Socle deploys')).toEqual(result);
      expect(await ownOrganisations(gogs)).toEqual([result]);
    });

    test('the name of a user is no organisation', async () => {
      expect(await refusal(ensureOrganisation(gogs, 'socle', ''))).toMatchObject({ status: 422 });
    });

    test('a repository is made once, private, its lost answer included', async () => {
      expect(await readRepository(gogs, repository)).toBeUndefined();
      const { result, lost } = await losing(/^POST .*\/org\/platform\/repos$/, () =>
        ensureRepository(gogs, repository, 'What Argo CD deploys'),
      );
      expect(lost).toBe(1);
      expect(result).toEqual({ isPrivate: true, defaultBranch: 'master' });
      expect(await ensureRepository(gogs, repository, 'What Argo CD deploys')).toEqual(result);
      const again = gogs.request({
        method: 'POST',
        path: 'org/platform/repos',
        body: { name: repository.name },
      });
      // Gogs finds the repository's folder first, for which it has nothing but 500.
      expect([422, 500]).toContain((await refusal(again)).status);
    });

    test('a repository of an organisation that is not there is refused', async () => {
      const error = await refusal(ensureRepository(gogs, { owner: 'nobody', name: 'gitops' }, ''));
      expect(error).toMatchObject({ status: 404, retryable: false });
    });

    test('a public repository is not taken for the private one', async () => {
      await gogs.request({ method: 'POST', path: 'org/platform/repos', body: { name: 'open' } });
      const ensured = ensureRepository(gogs, { owner: 'platform', name: 'open' }, '');
      await expect(ensured).rejects.toThrow(PermanentError);
    });

    test('a file is read at the head of a branch', async () => {
      expect(await readContent(gogs, repository, 'README.md', 'master')).toBeUndefined();
      const content = Buffer.from('# Platform\n');
      await commitFiles(
        { url: `${proxy.url}/platform/gitops.git`, ca: under.ca, login: under.admin },
        {
          branch: 'master',
          changes: new Map([
            ['README.md', content],
            ['apps/one two/values.yaml', content],
          ]),
          author: { name: 'Socle', email: 'socle@platform.example' },
          message: 'first',
        },
      );
      // Gitea takes note of a first push after it has answered, and answers 500 until then.
      const read = (): Promise<Buffer | undefined> => readContent(gogs, repository, 'README.md', 'master');
      await expect.poll(read, { timeout: 20_000 }).toEqual(content);
      expect(await readContent(gogs, repository, 'apps/one two/values.yaml', 'master')).toEqual(content);
      expect(await readContent(gogs, repository, 'apps', 'master')).toBeUndefined();
      expect(await readContent(gogs, repository, 'README', 'master')).toBeUndefined();
      expect(await readContent(gogs, repository, 'README.md', 'other')).toBeUndefined();
      await expect(readContent(gogs, repository, '../hooks', 'master')).rejects.toThrow('no part');
    });

    test('a deploy key is added once, its lost answer included, and a new key takes its title', async () => {
      const [first, second] = [publicKey(), publicKey()];
      const { result, lost } = await losing(/^POST .*\/keys$/, () =>
        ensureDeployKey(gogs, repository, 'argocd-apps', first),
      );
      expect(lost).toBe(1);
      const [type, material] = first.split(' ');
      expect(await ensureDeployKey(gogs, repository, 'argocd-apps', `${type} ${material}`)).toEqual(result);
      const changed = await ensureDeployKey(gogs, repository, 'argocd-apps', second);
      expect(changed.id).not.toBe(result.id);
      const renamed = await ensureDeployKey(gogs, repository, 'argocd-dmz', second);
      expect(await deployKeys(gogs, repository)).toEqual([renamed]);
    });

    test('one hook tells one address of pushes, its lost answer and its doubles included', async () => {
      const wanted = { url, secret: 'what-signs-the-webhook' };
      const { result, lost } = await losing(/^POST .*\/hooks$/, () => ensureHook(gogs, repository, wanted));
      expect(lost).toBe(1);
      expect(await ensureHook(gogs, repository, wanted)).toEqual(result);
      const add = (events: string[], active: boolean): Promise<unknown> =>
        gogs.request({
          method: 'POST',
          path: 'repos/platform/gitops/hooks',
          body: { type: 'gogs', config: { url, content_type: 'json' }, events, active },
        });
      await add(['push'], true);
      await add(['push', 'create'], true);
      await add(['push'], false);
      expect(await hooksOf(gogs, repository)).toHaveLength(4);
      const kept = await ensureHook(gogs, repository, wanted);
      expect(await hooksOf(gogs, repository)).toEqual([kept]);
      const path = `repos/platform/gitops/hooks/${kept.id}`;
      await gogs.request({ method: 'PATCH', path, body: { active: false, events: ['create'] } });
      expect(await ensureHook(gogs, repository, wanted)).toMatchObject({ active: true, events: ['push'] });
      expect(await hooksOf(gogs, repository)).toHaveLength(1);
      expect(JSON.stringify(kept)).not.toContain(wanted.secret);
    });

    test('hooks of one address are deleted, those of another stay', async () => {
      const other = await ensureHook(gogs, repository, { url: `${url}/other`, secret: 'another' });
      await deleteHooks(gogs, repository, url);
      await deleteHooks(gogs, repository, url);
      expect(await hooksOf(gogs, repository)).toEqual([other]);
    });

    test('a user is made once, has the password that is wanted, reads one repository and writes none', async () => {
      const user = {
        username: 'argocd',
        email: 'argocd@platform.example',
        password: randomBytes(18).toString('hex'),
      };
      const isRight = (password: string): Promise<boolean> =>
        passwordIsRight(as({ username: user.username, password }), user.username);
      const access = (): Promise<GitAccess> =>
        gitAccess({ url: `${proxy.url}/platform/gitops.git`, ca: under.ca, login: user });
      expect(await isRight(user.password)).toBe(false);
      expect(await access()).toBe('none');
      const made = await losing(/^POST .*\/admin\/users$/, () => ensureUser(gogs, user));
      expect(made.lost).toBe(1);
      await ensureUser(gogs, user);
      expect(await isRight(user.password)).toBe(true);
      await setPassword(gogs, { ...user, password: 'another-that-is-long' });
      expect(await isRight(user.password)).toBe(false);
      await setPassword(gogs, user);
      expect(await isRight(user.password)).toBe(true);
      const reading = await losing(/^PUT .*\/collaborators\/argocd$/, () =>
        ensureReader(gogs, repository, user.username, access),
      );
      expect(reading.lost).toBe(1);
      await gogs.request({
        method: 'PUT',
        path: 'repos/platform/gitops/collaborators/argocd',
        body: { permission: 'write' },
      });
      expect(await access()).toBe('write');
      await ensureReader(gogs, repository, user.username, access);
      expect(await access()).toBe('read');
    });
  });
}
