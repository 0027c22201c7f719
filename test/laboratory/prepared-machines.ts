import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { collectedLogs } from '../../laboratory/names.js';
import { socle, until } from './laboratory.js';
import { deployPart } from './part.js';
import type { LogIn } from './ssh.js';

type Given = { environment: NodeJS.ProcessEnv; login: LogIn; file: string };

/** Without data disks, and with two. */
const machines = ['vault-1', 'apps-master-1'] as const;
const [, node] = machines;

/** A connection that is let in takes a tenth of it. */
const longEnoughMs = 4_000;

/** What phases 1 and 2 have given a machine and what somebody has put on its data disks. */
const kept = `hostname; ip -4 -o address show eth0 | awk '{ print $4 }'; ip route show default
for folder in /var/lib/rancher /var/lib/longhorn; do
  findmnt -n -r -o TARGET,FSTYPE "$folder"; sudo cat "$folder/kept"
done`;

/** Machines after prepare-vms, on the laboratory of the file that calls this: a start costs more than all of it. */
export function preparedMachines(given: () => Given): void {
  const bootOf = async (): Promise<string> =>
    (await given().login(node, 'cat', '/proc/sys/kernel/random/boot_id')).stdout;
  const onNode = async (script: string): Promise<string> => {
    const ran = await given().login(node, script);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  const isRunning = async (): Promise<void> => {
    for (const name of machines) {
      const ran = await given().login(name, 'systemctl is-system-running --wait; systemctl --failed --quiet');
      expect(ran.stdout, name).toBe('running\n');
    }
  };

  test('prepare-vms installs from a mirror whose authority it makes the machines trust; no unit fails', async () => {
    const changes = await deployPart(given().environment, given().file, machines);
    expect(changes.length).toBeGreaterThan(0);
    expect(await onNode('cat /etc/apt/sources.list')).toContain('deb https://10.60.0.2/debian bookworm main');
    await isRunning();
  });

  test('what a prepared machine logs reaches the log collector over TLS', async () => {
    const line = `proof-${randomUUID()}`;
    expect((await given().login(node, 'logger', '-t', 'laboratory', line)).code).toBe(0);
    await until(() => readFileSync(collectedLogs, 'utf8').includes(` ${node} laboratory: ${line}\n`), 20_000);
  });

  test('a collector of another name or another authority gets no line; the right one gets what waited', async () => {
    const [settings, authority] = ['/etc/rsyslog.d/90-socle.conf', '/etc/socle/syslog-ca.pem'];
    const collected = (): string => readFileSync(collectedLogs, 'utf8');
    /** What is logged after a change of rsyslog's settings. */
    const loggedAfter = async (change: string): Promise<string> => {
      const line = `proof-${randomUUID()}`;
      await onNode(`set -e; ${change}; sudo systemctl restart rsyslog.service; logger -t laboratory ${line}`);
      return line;
    };
    const named = (name: string): string =>
      `sudo sed -i 's/PermittedPeers="[^"]*"/PermittedPeers="${name}"/' ${settings}`;
    const otherName = await loggedAfter(named('198.51.100.1'));
    await sleep(longEnoughMs);
    expect(collected()).not.toContain(otherName);
    const otherAuthority = await loggedAfter(
      `${named('10.60.0.2')}; sudo cp -p ${authority} ${authority}.kept; ` +
        `sudo openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=x -keyout /dev/null -out ${authority} 2>&1`,
    );
    await sleep(longEnoughMs);
    expect(collected()).not.toMatch(new RegExp(`${otherName}|${otherAuthority}`));
    await loggedAfter(`sudo mv ${authority}.kept ${authority}`);
    await until(() => [otherName, otherAuthority].every((line) => collected().includes(line)), 20_000);
    expect(await deployPart(given().environment, given().file, machines)).toEqual([]);
  });

  test('a restart from inside and one by the hypervisor keep address, name and data disks', async () => {
    for (const name of ['rancher', 'longhorn'])
      await onNode(`cat /proc/sys/kernel/random/uuid | sudo tee /var/lib/${name}/kept >/dev/null`);
    const before = await onNode(kept);
    expect(before).toMatch(
      /^apps-master-1\n10\.62\.0\.13\/24\ndefault via 10\.62\.0\.1 .*\n\/var\/lib\/rancher ext4\n/,
    );
    const firstBoot = await bootOf();
    await given().login(node, 'sudo', 'systemctl', 'reboot');
    await until(async () => ![firstBoot, ''].includes(await bootOf()), 60_000);
    expect(await onNode(kept)).toBe(before);
    const secondBoot = await bootOf();
    const role = 'provisionnement-vms-apps';
    const ran = await socle(given().environment, 'run', given().file, role, 'restart', node);
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
    expect([firstBoot, secondBoot, '']).not.toContain(await bootOf());
    expect(await onNode(kept)).toBe(before);
    await isRunning();
    expect(await deployPart(given().environment, given().file, machines)).toEqual([]);
  });

  test('a machine that shuts itself down is off in the vCenter, and a deployment powers it on', async () => {
    const lastBoot = await bootOf();
    await given().login(node, 'sudo', 'systemctl', 'poweroff');
    const off = async (): Promise<boolean> =>
      /apps-master-1 +off\n/.test((await socle(given().environment, 'lab', 'status')).stdout);
    await until(off, 30_000);
    const changes = await deployPart(given().environment, given().file, machines);
    expect(changes.map((change) => change.slice(change.indexOf(' ') + 1))).toEqual([`${node}: power on`]);
    expect([lastBoot, '']).not.toContain(await bootOf());
  });
}
