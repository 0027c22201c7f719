import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSandbox, type Sandbox } from './sandbox-fixture.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = openSandbox();
  await sandbox.start('machine-1');
});
afterAll(() => sandbox.close());
const run = (line: string, user?: string) => sandbox.run('machine-1', line, user);

describe('a service of a package', () => {
  test('is not there before the package', async () => {
    expect(await run('systemctl start chrony')).toMatchObject({
      exitCode: 5,
      stderr: 'Failed to start chrony.service: Unit chrony.service not found.\n',
    });
    expect((await run('systemctl enable chrony')).stderr).toContain('does not exist');
    expect((await run('chronyc tracking')).exitCode).toBe(127);
    expect((await run('systemctl is-active chrony')).stdout).toBe('inactive\n');
  });

  test('cannot be installed before the lists were fetched, nor from a mirror that does not answer', async () => {
    expect((await run('apt-get install -y chrony')).stderr).toContain('Unable to locate package chrony');
    const sources = '/etc/apt/sources.list.d/debian.sources';
    await run(`sed -i s/deb.debian.org/10.9.9.9/ ${sources}`);
    expect(await run('apt-get update')).toMatchObject({
      exitCode: 100,
      stderr: expect.stringContaining('10.9.9.9') as string,
    });
    await run(`sed -i s/10.9.9.9/deb.debian.org/ ${sources}`);
  });

  test('starts once the package is installed, and leaves with it', async () => {
    expect(await run('apt-get update && apt-get install -y chrony')).toMatchObject({ exitCode: 0 });
    expect(await run('systemctl enable --now chrony && systemctl is-active chrony')).toMatchObject({
      stdout: 'active\n',
      exitCode: 0,
    });
    expect((await run('systemctl is-enabled systemd-timesyncd')).stdout).toBe('not-found\n');
    expect((await run('apt-get purge -y chrony')).exitCode).toBe(0);
    expect((await run('systemctl is-active chrony')).stdout).toBe('inactive\n');
    expect((await run('systemctl start chrony')).stderr).toContain('Unit chrony.service not found');
  });

  test('cannot be had from a package that the mirror does not have', async () => {
    const { exitCode, stderr, stdout } = await run('apt-get install -y no-such-package');
    expect({ exitCode, output: stdout + stderr }).toMatchObject({
      exitCode: 100,
      output: expect.stringContaining('Unable to locate package no-such-package') as string,
    });
  });
});

describe('a unit', () => {
  test('names its program by the whole path, as systemd wants it', async () => {
    await run(
      `printf '[Service]\\nType=oneshot\\nExecStart=/usr/sbin/useradd by-unit\\n' >/etc/systemd/system/by-path.service`,
    );
    expect(await run('systemctl start by-path')).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await run('id by-unit')).exitCode).toBe(0);
  });

  test('is started by root alone', async () => {
    expect(await run('systemctl restart cron', 'operator-1')).toMatchObject({ exitCode: 1 });
    expect(await run('sudo -n systemctl restart cron', 'operator-1')).toMatchObject({ exitCode: 0 });
  });

  test('that is masked does not start', async () => {
    await run('systemctl mask --now cron');
    expect((await run('systemctl start cron')).stderr).toContain('is masked');
    await run('systemctl unmask cron');
    expect((await run('systemctl start cron')).exitCode).toBe(0);
  });

  test('whose only command fails is failed', async () => {
    await run(
      `printf '[Service]\\nType=oneshot\\nExecStart=cat /no/such/file\\n' >/etc/systemd/system/once.service`,
    );
    expect((await run('systemctl start once')).exitCode).toBe(1);
    expect((await run('systemctl is-failed once')).stdout).toBe('failed\n');
  });

  test('that is started twice is started once', async () => {
    const before = sandbox.effects('machine-1', 'start').length;
    await run('systemctl start systemd-resolved');
    await run('systemctl start systemd-resolved');
    expect(sandbox.effects('machine-1', 'start')).toHaveLength(before + 1);
  });
});
