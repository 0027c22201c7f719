import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role, Step } from '../../activities/role.js';
import { closeHosts, openHost, type Host } from '../../activities/clients/ssh/open-host.js';
import { hostTarget } from '../../activities/host/host-target.js';
import { awaitHostKey } from '../../activities/roles/1-provisioning/host-key.js';
import { prepareVms } from '../../activities/roles/2-preparation/prepare-vms.js';
import { cacheFolder } from '../../config/cache-folder.js';
import { serveDns } from '../../laboratory/services/dns.js';
import { serveTime } from '../../laboratory/services/time.js';
import { ensureWitnessImage } from '../../laboratory/witness/image.js';
import { startWitness, type Witness } from '../../laboratory/witness/witness.js';
import { missingForWitness } from '../../tools/laboratory-prerequisites.js';
import { until } from './laboratory.js';
import { nameServer, timeServer, witnessPlan, type WitnessPlan } from './witness-site.js';

const role = prepareVms as unknown as Role;
/** A step that spans the site would need the other machines too. */
const steps = role.steps.filter(({ on }) => on === 'each');

let plan: WitnessPlan;
let witness: Witness;
let host: Host;
let services: (() => void)[] = [];
beforeAll(async () => {
  const missing = missingForWitness();
  if (missing.length > 0) throw new Error(missing.join('\n'));
  plan = await witnessPlan();
  const image = await ensureWitnessImage(cacheFolder(), () => undefined);
  witness = await startWitness({ image, spec: plan.spec, gateway: plan.gateway });
  services = [await serveDns(nameServer), await serveTime(timeServer)];
  const { site, machine, secrets } = plan.context;
  host = openHost(await hostTarget(site, machine, secrets));
  await answers();
});
afterAll(async () => {
  closeHosts();
  for (const end of services) end();
  await witness?.close();
});

/** Waits until the machine lets Socle in, as the step that awaits a new machine does. */
async function answers(): Promise<void> {
  host.reconnect();
  const context = { ...plan.context, signal: AbortSignal.timeout(200_000) };
  await awaitHostKey(context).catch(async (error: unknown) => {
    throw new Error(`${String(error)}\n${(await witness.console()).slice(-3000)}`);
  });
}

/** Works through a step as a worker does. */
async function work(step: Step): Promise<string[]> {
  if (step.converge) {
    const { changes, after } = await step.converge(plan.context);
    expect(after).toEqual({ state: 'done' });
    return changes;
  }
  const before = await step.check(plan.context);
  return before.state === 'done' ? [] : ((await step.apply(plan.context)) ?? []);
}

/** Lines that a script as root prints on the machine, which must show the final host key. */
async function lines(script: string): Promise<string[]> {
  const { stdout } = await host.run(`${script}\n`);
  return stdout.split('\n').filter(Boolean);
}

async function bootId(): Promise<string> {
  return (await lines('cat /proc/sys/kernel/random/boot_id')).join('');
}

/** A file on each data disk, written before the power cut. */
const content = 'echo kept >/var/lib/rancher/kept; echo kept >/var/lib/longhorn/kept; sync';

/** What must hold whenever the machine is up. */
function holds(): void {
  test('verify agrees', async () => {
    expect(await role.verify(plan.context)).toEqual({ state: 'done' });
  });

  test('it has its name, its static address with the MTU of its zone, and its default route', async () => {
    const { machine, site } = plan.context;
    expect(await lines('hostname; ip -o -4 addr show dev eth0; ip -o link show dev eth0; ip route')).toEqual([
      machine.name,
      expect.stringContaining(` inet ${machine.address}/24 `),
      expect.stringContaining(` mtu ${site.zones.lan.mtu} `),
      expect.stringContaining(`default via ${site.zones.lan.gateway} dev eth0 proto static`),
      expect.stringContaining('198.18.62.0/24 dev eth0'),
    ]);
    expect(await lines('ls /etc/netplan')).toEqual(['90-socle.yaml']);
  });

  test('the kernel audits by the rules of the role', async () => {
    const written = await lines("grep '^-[wa]' /etc/audit/rules.d/90-socle.rules");
    const loaded = await lines('auditctl -l');
    expect(loaded.map(auditKey)).toEqual(written.map(auditKey));
    expect(loaded).toContain('-w /etc/passwd -p wa -k identity');
    expect(await lines('auditctl -s')).toContain('enabled 1');
  });

  test('the kernel records who touches accounts, who becomes root and who moves a file away', async () => {
    await lines('chmod 644 /etc/passwd; sudo -u socle sh -c "cd /tmp; touch there; mv there here; rm here"');
    for (const [key, sign] of [
      ['identity', 'name=/etc/passwd'],
      ['privileged', 'exe=/usr/bin/sudo'],
      ['deletion', 'syscall=renameat2'],
    ] as const) {
      const search = `ausearch --input-logs -i --start boot -k ${key} 2>/dev/null || :`;
      await until(async () => (await lines(search)).some((line) => line.includes(sign)), 20_000);
    }
  });

  test("kernel settings that are not the network's are in effect", async () => {
    const settings = {
      'kernel.dmesg_restrict': 1,
      'kernel.kptr_restrict': 2,
      'kernel.yama.ptrace_scope': 1,
      'kernel.panic': 10,
      'kernel.panic_on_oops': 1,
      'fs.suid_dumpable': 0,
      'fs.inotify.max_user_instances': 8192,
      'vm.max_map_count': 262144,
      'vm.overcommit_memory': 1,
      'net.bridge.bridge-nf-call-iptables': 1,
    };
    const wanted = Object.entries(settings).map(([key, value]) => `${key} = ${value}`);
    expect(await lines(`sysctl ${Object.keys(settings).join(' ')}`)).toEqual(wanted);
  });

  test("a node's modules are loaded, and blocked ones cannot be, by name or by alias", async () => {
    expect(await lines('cd /sys/module; ls -d overlay br_netfilter iscsi_tcp')).toHaveLength(3);
    // IPPROTO_SCTP: the kernel asks for the module by its alias.
    const alias = "python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132)'";
    for (const load of ['modprobe sctp', 'modprobe udf', 'modprobe dccp', alias])
      expect(await lines(`if ${load} 2>/dev/null; then echo loaded; fi`), load).toEqual([]);
    expect(
      await lines('modinfo -n sctp udf dccp; cd /sys/module; ls -d sctp udf dccp 2>/dev/null || :'),
    ).toHaveLength(3);
  });

  test('data disks are mounted by UUID where the plan says, with what was written to them', async () => {
    const mounts =
      'findmnt -nro TARGET,FSTYPE,LABEL /var/lib/rancher; findmnt -nro TARGET,FSTYPE,LABEL /var/lib/longhorn';
    expect(await lines(mounts)).toEqual([
      '/var/lib/rancher ext4 socle-rancher',
      '/var/lib/longhorn ext4 socle-longhorn',
    ]);
    expect(await lines("grep -c '^UUID=[0-9a-f-]* /var/lib/' /etc/fstab")).toEqual(['2']);
    expect(await lines('cat /var/lib/rancher/kept /var/lib/longhorn/kept')).toEqual(['kept', 'kept']);
  });

  test('the firewall is loaded, and sshd lets nobody in by password', async () => {
    expect(await lines('nft list table inet socle')).toContain(
      '\t\ttype filter hook input priority filter; policy drop;',
    );
    expect(await lines('sshd -T')).toContain('passwordauthentication no');
  });
}

function auditKey(rule: string): string {
  return /(?:-k |key=)(\S+)/.exec(rule)?.[1] ?? rule;
}

describe('as prepared', () => {
  test.each(steps.map(({ id }) => id))(
    'step %s does its work once and finds it done afterwards',
    async (id) => {
      const step = steps.find((candidate) => candidate.id === id)!;
      expect(await work(step)).not.toEqual([]);
      expect(await step.check(plan.context)).toEqual({ state: 'done' });
      if (id === steps.at(-1)?.id) await lines(content);
    },
  );
  holds();
});

describe('the clock', () => {
  const correct = async (): Promise<boolean> => {
    const [seconds] = await lines('date +%s');
    return Math.abs(Number(seconds) - Date.now() / 1000) < 5;
  };

  test('verify finds a clock that is wrong by hours, and agrees once chrony has corrected it', async () => {
    // Later than its start, chrony follows its server without a step: that is not yet to have the server's time.
    await lines("chronyc makestep 1.0 0; date -s '+3 hours'; chronyc burst 4/4; chronyc waitsync 30 0 0 1");
    expect(await correct()).toBe(false);
    expect(await role.verify(plan.context)).toMatchObject({
      state: 'todo',
      changes: [expect.stringContaining('the clock is not synchronised')],
    });
    await lines('systemctl restart chrony.service');
    expect(await role.verify(plan.context)).toEqual({ state: 'done' });
    expect(await correct()).toBe(true);
  });
});

describe('after a power cut', () => {
  test('the machine comes back with its host key', async () => {
    const before = await bootId();
    await witness.powerOff();
    await witness.powerOn();
    await answers();
    expect(await bootId()).not.toBe(before);
  });
  holds();
  test('no step has anything to do', async () => {
    for (const step of steps) expect(await work(step), step.id).toEqual([]);
  });
});

describe('after the operation restart', () => {
  test('the machine has started anew, once, and verify agrees', async () => {
    const before = await bootId();
    const [restart] = role.operations['restart']!.steps;
    expect(await work(restart!)).toEqual([`${plan.context.machine.name} restarted`]);
    const after = await bootId();
    expect(after).not.toBe(before);
    expect(await work(restart!)).toEqual([]);
    expect(await bootId()).toBe(after);
    expect(await role.verify(plan.context)).toEqual({ state: 'done' });
  });
});
