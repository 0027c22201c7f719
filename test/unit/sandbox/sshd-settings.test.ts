import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostKey, openSandbox, operatorKey, type Sandbox } from './sandbox-fixture.js';
import { logIn, logInWhenUp } from './log-in.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = openSandbox();
  await sandbox.start('machine-1');
  (await logInWhenUp(address())).end();
  await run(`mkdir -p /root/.ssh && printf '%s\\n' '${operatorKey.public}' >/root/.ssh/authorized_keys`);
});
afterAll(() => sandbox.close());
const address = (): string => sandbox.addressOf('machine-1');
const run = (line: string) => sandbox.run('machine-1', line);
const configure = (text: string) => run(`printf '${text}' >/etc/ssh/sshd_config.d/10-test.conf`);

async function rootMayLogIn(): Promise<boolean> {
  const { session } = await logIn(address(), { user: 'root' });
  session?.end();
  return session !== undefined;
}

const methods = async (): Promise<string[]> => (await logIn(address(), { password: 'guessed' })).offered;

test('PermitRootLogin no counts from the reload on, not before', async () => {
  expect(await rootMayLogIn()).toBe(true);
  await configure('PermitRootLogin no\\n');
  expect(await rootMayLogIn()).toBe(true);
  expect((await run('systemctl reload ssh')).exitCode).toBe(0);
  expect(await rootMayLogIn()).toBe(false);
  expect((await logIn(address())).session).toBeDefined();
});

test('PasswordAuthentication no counts from the reload on, not before', async () => {
  expect(await methods()).toEqual(['publickey', 'password']);
  await configure('PasswordAuthentication no\\n');
  expect(await methods()).toEqual(['publickey', 'password']);
  await run('systemctl reload ssh');
  expect(await methods()).toEqual(['publickey']);
});

test('no account of the image has a password that could be guessed', async () => {
  await configure('PasswordAuthentication yes\\n');
  await run('systemctl reload ssh');
  expect((await logIn(address(), { password: '' })).session).toBeUndefined();
  expect((await logIn(address(), { user: 'root', password: 'root' })).session).toBeUndefined();
});

test('AllowUsers closes the door to all others', async () => {
  await configure('AllowUsers somebody-else\\n');
  await run('systemctl reload ssh');
  expect((await logIn(address())).session).toBeUndefined();
  await configure('AllowUsers somebody-else operator-1\\n');
  await run('systemctl reload ssh');
  expect((await logIn(address())).session).toBeDefined();
});

test('of two values the first counts, as in sshd', async () => {
  await configure('PermitRootLogin no\\nPermitRootLogin yes\\n');
  await run('systemctl reload ssh');
  expect(await rootMayLogIn()).toBe(false);
  expect((await run('sshd -T')).stdout).toContain('permitrootlogin no\n');
});

test('a wrong file is refused by the check and by the reload, and the settings before stay in force', async () => {
  await configure('PermitRootLogin no\\n');
  await run('systemctl reload ssh');
  await configure('PermitRootLogin yes\\nPermitRotLogin yes\\n');
  const { exitCode, stderr } = await run('sshd -t');
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain('Bad configuration option: PermitRotLogin');
  expect((await run('systemctl reload ssh')).exitCode).toBe(1);
  expect(await rootMayLogIn()).toBe(false);
  expect((await logIn(address())).session).toBeDefined();
  await configure('');
});

test('a replaced host key is shown from the restart on', async () => {
  const file = sandbox.machine('machine-1').files;
  await file.writeFile('/etc/ssh/ssh_host_ed25519_key', operatorKey.private);
  (await logInWhenUp(address())).end();
  expect(sandbox.machine('machine-1').sshd?.hostKey).toBe(hostKey.private);
  await run('systemctl restart ssh');
  expect((await logIn(address())).hostKey).toBe(operatorKey.public.split(' ')[1]);
});

test('a stopped sshd refuses connections', async () => {
  await run('systemctl stop ssh');
  expect((await logIn(address())).session).toBeUndefined();
  await run('systemctl start ssh');
  expect((await logIn(address())).session).toBeDefined();
});
