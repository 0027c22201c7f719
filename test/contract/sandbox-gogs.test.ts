import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readHead } from '../../activities/clients/git/head.js';
import { gogsClient } from '../../activities/clients/gogs/gogs.js';
import { ownUser } from '../../activities/clients/gogs/own-user.js';
import { tokenNames } from '../../activities/clients/gogs/tokens.js';
import { gogsPaths } from '../../activities/roles/3-base-infrastructure/gogs/settings.js';
import { firstUserUnit, simulatedGogs, type GogsMachine, type SimulatedGogs } from './gogs-sandbox.js';
import { commitText, formOf, furnish, remoteOf, startGogs, type ServingGogs } from './gogs-serving.js';
import { refusal } from './refusal.js';

const password = 'a-password-of-some-length';

let sandbox: SimulatedGogs;
beforeAll(async () => (sandbox = await simulatedGogs()));
afterAll(() => sandbox.close());

describe('registration over the socket of a simulated Gogs', () => {
  let gogs: GogsMachine;
  beforeAll(async () => {
    gogs = await sandbox.boot();
    expect(await gogs.awaitFirstUser()).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('a form that Gogs does not take registers nobody and says why', async () => {
    const cases: [Record<string, string>, status: string, says: string][] = [
      [formOf('socle', password, 'another'), '400', 'are not same'],
      [formOf('socle', ''), '400', 'Password cannot be empty'],
      [formOf('so cle', password), '400', 'alphanumeric'],
      [formOf('admin', password), '400', 'not allowed'],
      [{ ...formOf('socle', password), email: 'socle@localhost' }, '400', 'not a valid email'],
    ];
    for (const [form, status, says] of cases) {
      const answer = await gogs.signUp(form);
      expect(answer).toMatchObject({ status });
      expect(answer.page).toContain(says);
    }
  });

  test('the first user is the administrator, the second is not, and no name is taken twice', async () => {
    expect(await gogs.signUp(formOf('socle', password))).toMatchObject({ status: '302' });
    expect(await gogs.signUp(formOf('reader', password))).toMatchObject({ status: '302' });
    const again = await gogs.signUp(formOf('Socle', password));
    expect(again).toMatchObject({ status: '422' });
    expect(again.page).toContain('already been taken');
    await gogs.run(`systemctl stop ${firstUserUnit}`);
    expect(await gogs.signUp(formOf('late', password))).toMatchObject({ status: '000' });
    expect(await gogs.serve()).toMatchObject({ exitCode: 0 });
    const body = { username: 'third', email: 'third@platform.example', password };
    const request = { method: 'POST', path: 'admin/users', body } as const;
    const as = (username: string): ReturnType<typeof gogsClient> =>
      gogsClient({ url: gogs.url, ca: sandbox.ca, login: { username, password } });
    expect(await refusal(as('reader').request(request))).toMatchObject({ status: 403 });
    expect(await as('socle').request(request)).toMatchObject({ status: 201 });
    const database = (await gogs.machine().files.text(gogsPaths.database))!;
    expect(database).toContain('"third"');
    expect(database).not.toContain(password);
    expect(sandbox.journal.entries()).toContainEqual(
      expect.objectContaining({
        effect: 'gogs-user-made',
        detail: { name: 'socle', administrator: true, by: 'sign-up' },
      }),
    );
  });

  test('without it nobody registers, nor with the question that only people answer', async () => {
    await gogs.awaitFirstUser({ 'DISABLE_REGISTRATION = false': 'DISABLE_REGISTRATION = true' });
    expect(await gogs.signUp(formOf('other', password))).toMatchObject({ status: '403' });
    await gogs.run(`systemctl stop ${firstUserUnit}`);
    await gogs.awaitFirstUser({ 'ENABLE_REGISTRATION_CAPTCHA = false': '' });
    const answer = await gogs.signUp(formOf('other', password));
    expect(answer).toMatchObject({ status: '401' });
    expect(answer.page).toContain('Captcha');
  });
});

describe('a simulated Gogs', () => {
  test('does not start with what Gogs would not start with', async () => {
    const gogs = await sandbox.boot();
    const cases: [Record<string, string>, says: string][] = [
      [{ 'RUN_USER = git': 'RUN_USER = root' }, 'the current user is "git"'],
      [{ [`CERT_FILE = ${gogsPaths.certificate}`]: 'CERT_FILE = /etc/none.pem' }, 'open /etc/none.pem'],
      [{ 'INSTALL_LOCK = true': 'INSTALL_LOCK = false' }, 'not simulated'],
      [{ 'TYPE = sqlite3': 'TYPE = postgres' }, 'not simulated'],
      [{ [`PATH = ${gogsPaths.database}`]: 'PATH = /root/gogs.db' }, 'permission denied'],
    ];
    for (const [changes, says] of cases) {
      const { exitCode, stderr } = await gogs.serve(changes);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(says);
    }
    await gogs.machine().files.writeFile(gogsPaths.program, 'another program\n');
    expect((await gogs.serve()).stderr).toContain('step EXEC');
  });

  /** Password, token and file are as they were. */
  const expectAll = async (gogs: ServingGogs, secret: string, token: string, text: string): Promise<void> => {
    expect(await tokenNames(gogs.basic('socle', secret), 'socle')).toEqual(['deployment-1']);
    const client = gogsClient({ url: gogs.url, ca: gogs.ca, login: { token } });
    expect(await ownUser(client)).toMatchObject({ username: 'socle' });
    const { files } = await readHead(remoteOf(gogs, 'socle', token), 'master');
    expect(Object.fromEntries(files)).toEqual({ file: Buffer.from(text) });
  };

  test('keeps all through a restart, a power cut and a sandbox that is killed', async () => {
    const gogs = await startGogs(sandbox);
    const { token } = await furnish(gogs);
    const remote = remoteOf(gogs, 'socle', token);
    await commitText(remote, 'one');
    expect(await gogs.run('systemctl restart gogs')).toMatchObject({ exitCode: 0 });
    await expectAll(gogs, gogs.admin.password, token, 'one');
    await commitText(remote, 'two');
    await gogs.cutPower();
    await gogs.powerOn();
    await expectAll(gogs, gogs.admin.password, token, 'two');
    await commitText(remote, 'three');
    await sandbox.restart();
    await expectAll(gogs, gogs.admin.password, token, 'three');
  });

  test('is the same one on another machine that was given its folders, and an empty one without them', async () => {
    const [from, to] = [await startGogs(sandbox), await startGogs(sandbox)];
    const { token } = await furnish(from);
    await commitText(remoteOf(from, 'socle', token), 'moved');
    const empty = `systemctl stop gogs; rm -rf ${gogsPaths.repositories} ${gogsPaths.database}`;
    await to.run(empty);
    const source = from.machine().files;
    for (const path of source.getAllPaths().filter((each) => each.startsWith(`${gogsPaths.data}/`)))
      if ((await source.stat(path)).isFile)
        await to.machine().files.writeFile(path, await source.readFileBuffer(path));
    expect(await to.run('systemctl start gogs')).toMatchObject({ exitCode: 1 });
    const restored = await to.run(`chown -R git:git ${gogsPaths.data} && systemctl start gogs`);
    expect(restored).toMatchObject({ stderr: '', exitCode: 0 });
    await expectAll(to, from.admin.password, token, 'moved');
    await to.run(empty);
    expect(await to.run('systemctl start gogs')).toMatchObject({ stderr: '', exitCode: 0 });
    expect(await refusal(ownUser(to.basic('socle', from.admin.password)))).toMatchObject({ status: 403 });
  });
});
