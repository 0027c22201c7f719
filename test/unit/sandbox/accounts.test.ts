import { freshKey } from '../../../sandbox/machine/fresh-key.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSandbox, operatorKey, type Sandbox } from './sandbox-fixture.js';
import { logIn, logInWhenUp } from './log-in.js';

const secondKey = freshKey();
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = openSandbox();
  await sandbox.start('machine-1');
  (await logInWhenUp(address())).end();
});
afterAll(() => sandbox.close());
const address = (): string => sandbox.addressOf('machine-1');
const run = (line: string) => sandbox.run('machine-1', line);

async function mayLogIn(user: string, privateKey: string): Promise<boolean> {
  const { session } = await logIn(address(), { user, privateKey });
  session?.end();
  return session !== undefined;
}

async function addAdmin(name: string, ...keys: string[]): Promise<void> {
  const home = `/home/${name}`;
  const { exitCode, stderr } = await run(
    `useradd -m -s /bin/bash ${name} && mkdir -p ${home}/.ssh && printf '%s\\n' ${keys.map((key) => `'${key}'`).join(' ')} >${home}/.ssh/authorized_keys`,
  );
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
}

test('a user with a key logs in as that user; nobody else and no other key does', async () => {
  const session = await logInWhenUp(address());
  expect(await session.run('id -un')).toBe('operator-1');
  expect(await session.run('sudo -n id -un')).toBe('root');
  session.end();
  expect(await mayLogIn('operator-1', secondKey.private)).toBe(false);
  expect(await mayLogIn('nobody-1', operatorKey.private)).toBe(false);
});

test('a user that was removed can no longer log in', async () => {
  await addAdmin('admin-1', secondKey.public);
  expect(await mayLogIn('admin-1', secondKey.private)).toBe(true);
  expect((await run('userdel -r admin-1')).exitCode).toBe(0);
  expect(await mayLogIn('admin-1', secondKey.private)).toBe(false);
  expect(await sandbox.machine('machine-1').files.exists('/home/admin-1')).toBe(false);
  expect(sandbox.effects('machine-1', 'user-removed')).toHaveLength(1);
});

test('a key that was withdrawn opens nothing, the other keys go on', async () => {
  await addAdmin('admin-2', operatorKey.public, secondKey.public);
  expect(await mayLogIn('admin-2', secondKey.private)).toBe(true);
  await run(`printf '%s\\n' '${operatorKey.public}' >/home/admin-2/.ssh/authorized_keys`);
  expect(await mayLogIn('admin-2', secondKey.private)).toBe(false);
  expect(await mayLogIn('admin-2', operatorKey.private)).toBe(true);
});

test('a key in a comment line opens nothing', async () => {
  await addAdmin('admin-3', `# ${secondKey.public}`);
  expect(await mayLogIn('admin-3', secondKey.private)).toBe(false);
});

test('an account that expired or has no shell is closed, whatever its keys', async () => {
  await addAdmin('admin-4', secondKey.public);
  await run('usermod -e 1 admin-4');
  expect(await mayLogIn('admin-4', secondKey.private)).toBe(false);
  await run("usermod -e '' admin-4");
  expect(await mayLogIn('admin-4', secondKey.private)).toBe(true);
  await run('usermod -s /usr/sbin/nologin admin-4');
  expect(await mayLogIn('admin-4', secondKey.private)).toBe(false);
});

test('what belongs to root is closed to a user without sudo', async () => {
  await addAdmin('admin-5', secondKey.public);
  const { session } = await logIn(address(), { user: 'admin-5', privateKey: secondKey.private });
  expect(await session?.run('sudo -n id -un')).toContain('a password is required');
  expect(await session?.run('useradd intruder')).toContain('only root can do that');
  session?.end();
});
