import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { closeHosts, openHost, type Host } from '../../activities/clients/ssh/open-host.js';
import { NotReadyError } from '../../activities/errors.js';
import { hostTarget } from '../../activities/host/host-target.js';
import { MachinesUnderTest } from './sandbox-machines.js';

// Their own machines: the files of this project run side by side on the same loopback addresses.
const [first, second] = ['lb-lan-1', 'lb-lan-2'];

let under: MachinesUnderTest;
beforeEach(async () => {
  under = await MachinesUnderTest.boot([first, second]);
});
afterEach(async () => {
  closeHosts();
  await under.close();
});

const machineOf = (name: string) => under.plan.machines.find((machine) => machine.name === name)!;

async function hostOf(name: string): Promise<Host> {
  return openHost(await hostTarget(under.plan.site, machineOf(name), under.secrets, 'bootstrap'));
}

/** A login of its own, not over a connection that is open already. */
async function loginAgain(name: string): Promise<unknown> {
  closeHosts();
  return (await hostOf(name)).execute('true').catch((error: unknown) => error);
}

/** Packages come from the mirror that the example sites name; nothing else answers. */
async function install(host: Host, name: string): Promise<void> {
  await host.run(`rm -f /etc/apt/sources.list.d/*
echo 'deb http://127.10.0.2:18080/debian bookworm main' > /etc/apt/sources.list
apt-get update && apt-get install -y ${name}`);
}

test('a unit starts only when its package is installed', async () => {
  const host = await hostOf(first);
  const before = await host.execute('sudo -n systemctl start auditd');
  expect(before).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('auditd.service') as string });
  await install(host, 'auditd');
  expect((await host.execute('sudo -n systemctl start auditd && systemctl is-active auditd')).stdout).toBe(
    'active\n',
  );
});

test('a loaded rule set lets the declared port through and blocks the others; a wrong one is refused whole', async () => {
  const host = await hostOf(first);
  const { address } = machineOf(second);
  const reach = async (): Promise<number> =>
    (await host.execute(`nc -z -w 1 ${address} ${machineOf(second).sshPort}`)).exitCode;
  await install(host, 'netcat-openbsd');
  expect(await reach()).toBe(0);
  const rules = (port: number): string =>
    `table inet test {\n  chain input {\n    type filter hook input priority filter; policy drop;\n    ip saddr 127.0.0.1 accept\n    tcp dport ${port} accept\n  }\n}\n`;
  const load = async (text: string): Promise<number> =>
    (await (await hostOf(second)).execute('sudo -n nft -f -', { stdin: text })).exitCode;
  expect(await load(rules(9999)), 'nft is not installed yet').toBe(127);
  await install(await hostOf(second), 'nftables');
  expect(await load(rules(9999))).toBe(0);
  expect(await reach()).not.toBe(0);
  expect(await load(`flush ruleset\n${rules(machineOf(second).sshPort)}`)).toBe(0);
  expect(await reach()).toBe(0);
  expect(
    await load('flush ruleset\ntable inet test { chain input { type filter hook nowhere; } }\n'),
  ).not.toBe(0);
  expect(await load('flush ruleset\ntable inet test { chain input {\n')).not.toBe(0);
  expect((await (await hostOf(second)).execute('sudo -n nft list ruleset')).stdout).toContain('policy drop');
});

test('a withdrawn key and a removed account cannot log in', async () => {
  const { user } = under.plan.site.ssh;
  const host = await hostOf(first);
  await host.run(
    `cp /home/${user}/.ssh/authorized_keys /root/kept && : > /home/${user}/.ssh/authorized_keys`,
  );
  expect(await loginAgain(first)).toBeInstanceOf(NotReadyError);
  const other = await hostOf(second);
  await other.run(`userdel ${user}`);
  expect(await loginAgain(second)).toBeInstanceOf(NotReadyError);
});

test("sshd's settings count from its reload on", async () => {
  const host = await hostOf(first);
  expect(await loginAgain(first)).toMatchObject({ exitCode: 0 });
  await host.run('echo "AllowUsers somebody" > /etc/ssh/sshd_config.d/10-test.conf');
  expect(await loginAgain(first)).toMatchObject({ exitCode: 0 });
  await (await hostOf(first)).run('systemctl reload ssh');
  expect(await loginAgain(first)).toBeInstanceOf(NotReadyError);
});

test('without valid cloud-init data a machine runs but answers nobody', async () => {
  const hardware = await under.hardware(first);
  await under.machines.destroy(hardware.instanceUuid);
  const garbled = {
    ...hardware.guestInfo,
    'guestinfo.metadata': Buffer.from('{ not: [yaml').toString('base64'),
  };
  await under.machines.powerOn({ ...hardware, guestInfo: garbled });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(under.machines.guest(hardware.instanceUuid)).toMatchObject({ addresses: [] });
  expect(await loginAgain(first)).toBeInstanceOf(NotReadyError);
  expect(
    under.machines
      .powered()
      .find(({ name }) => name === first)
      ?.console.join('\n'),
  ).toMatch(/cloud-init/);
});

test('a restart keeps the disk and forgets /run; a restarted sandbox keeps both', async () => {
  const host = await hostOf(first);
  await host.run('echo disk > /etc/kept && echo memory > /run/forgotten');
  const read = async (): Promise<string> => {
    // An address is known a moment before its SSH server listens.
    await vi.waitFor(async () => expect(await loginAgain(first)).toMatchObject({ exitCode: 0 }), 5_000);
    return (await (await hostOf(first)).execute('cat /etc/kept /run/forgotten 2>&1')).stdout;
  };
  await under.restart();
  expect(await read()).toBe('disk\nmemory\n');
  const hardware = await under.hardware(first);
  await under.machines.powerOff(hardware.instanceUuid);
  await under.machines.powerOn(hardware);
  await under.answers(first);
  expect(await read()).toMatch(/^disk\n.*\/run\/forgotten: No such file/);
});
