import { describe, expect, it } from 'vitest';
import { stateOf } from '../../activities/roles/2-preparation/steps.js';
import type { Resource } from '../../activities/host/resource.js';
import { quote } from '../../activities/host/quote.js';
import { computeInventory } from '../../config/inventory.js';
import { loadSite } from '../../config/load.js';
import { logicalLines, words } from '../../bench/preparation/words.js';
import { summary, textTable } from '../../bench/preparation/report.js';
import { merged, titleOf, type Situation } from '../../bench/preparation/situation.js';
import { workOf } from '../../bench/preparation/work.js';
import { contextFor } from './prepare-fixture.js';

async function resourcesOf(site: string, machine: string): Promise<Resource[]> {
  const context = await contextFor(machine, (one) => one, site);
  return (await Promise.all(Object.values(stateOf).map(async (state) => state(context)))).flat();
}

describe('what the engines of the comparison are told', () => {
  it.each(['site-100', 'site-1000', 'site-lab'])(
    'is read from every call of every machine of %s',
    async (name) => {
      const site = await loadSite(new URL(`../../examples/${name}.yaml`, import.meta.url).pathname);
      for (const machine of computeInventory(site).machines) {
        const resources = await resourcesOf(name, machine.name);
        const { tasks, leftOut } = workOf(resources);
        const calls = resources.flatMap(({ call }) => logicalLines(call));
        const frames = calls.filter((line) =>
          /^(if \[|if !|if runs|elif |fi$|see_settings |write_settings$|handler )/.test(line),
        );
        expect(tasks.length + leftOut.length).toBe(calls.length - frames.length);
        expect(tasks.length).toBeGreaterThan(40);
      }
    },
  );

  it('leaves out what a container has no kernel for, the resolver that is not there, and what the first boot did', async () => {
    const { leftOut } = workOf(await resourcesOf('site-lab', 'apps-master-1'));
    expect(leftOut).toEqual([
      "file /etc/resolv.conf 644 root:root shown : 'search lab-100.example.org",
      "trusted_authorities 'update-ca-certificates --fresh' /etc/ssl/certs/ca-certificates.crt /usr/local/share/ca-certificates/socle-artifacts.crt '-----BEGIN CERTIFICATE-----",
      'service chrony.service enabled running',
      'kernel_module overlay',
      'kernel_module br_netfilter',
      'kernel_module iscsi_tcp',
      ...['kernel.dmesg_restrict 1', 'kernel.kptr_restrict 2', 'kernel.randomize_va_space 2'].map(setting),
      ...['kernel.yama.ptrace_scope 1', 'fs.protected_hardlinks 1', 'fs.protected_symlinks 1'].map(setting),
      ...['fs.suid_dumpable 0', 'net.bridge.bridge-nf-call-iptables 1'].map(setting),
      ...['fs.inotify.max_user_instances 8192', 'fs.inotify.max_user_watches 524288'].map(setting),
      ...['vm.max_map_count 262144', 'vm.overcommit_memory 1', 'kernel.panic 10'].map(setting),
      setting('kernel.panic_on_oops 1'),
      'service auditd.service enabled running',
      'card_name eth0 10.62.0.13',
    ]);
  });

  it('refuses a call that it does not know', () => {
    const strange = { title: 'x', library: [], call: 'reboot now', notify: [] };
    expect(() => workOf([strange])).toThrow('reboot now');
    expect(() => workOf([{ ...strange, call: 'file /a; rm /b' }])).toThrow('not a plain command');
    expect(() =>
      workOf([{ ...strange, call: 'absent /a', notify: [{ name: 'n', command: 'true' }] }]),
    ).toThrow('the handler n');
  });
});

describe('words of a compiled call', () => {
  it.each([['plain'], ["it's"], ["'"], ['a\nb'], ["$x `y` \\ \"z\" '' '\n'"], ['']])(
    'are what was quoted: %j',
    (text) => {
      const line = `file ${quote(text)} end`;
      expect(logicalLines(`${line}\nfi`)).toEqual([line, 'fi']);
      expect(words(line)).toEqual(['file', text, 'end']);
    },
  );
});

function setting(text: string): string {
  return `kernel_setting ${text} /proc/sys/${text.split(' ')[0]!.replaceAll('.', '/')}`;
}

describe('figures of several situations', () => {
  const situation = (machines: number, latencyMs: number, seconds: number): Situation => ({
    machines,
    latencyMs,
    packages: 'template',
    computer: { processor: 'p', cpus: 2, memoryGiB: 24, versions: {} },
    samples: [
      { round: 1, peer: 'socle', run: 'first', seconds },
      { round: 1, peer: 'ansible', run: 'first', seconds: seconds * 16 },
      { round: 1, peer: 'socle', run: 'second', seconds: seconds / 4 },
    ],
  });

  it('keep what was measured before, but for the same situation', () => {
    const all = merged(
      [situation(10, 0, 8), situation(10, 20, 9), situation(1, 20, 3)],
      [situation(10, 0, 7)],
    );
    expect(all.map((one) => [titleOf(one), one.samples[0]!.seconds])).toEqual([
      ['10 machines, 0 ms', 7],
      ['1 machine, 20 ms', 3],
      ['10 machines, 20 ms', 9],
    ]);
  });

  it('are compared with Socle in the same situation', () => {
    const rows = summary([situation(10, 0, 8), situation(1, 20, 3)]);
    expect(rows.map(({ machines, run, peer, toSocle }) => [machines, run, peer, toSocle])).toEqual([
      [10, 'first', 'socle', 1],
      [10, 'first', 'ansible', 16],
      [10, 'second', 'socle', 1],
      [1, 'first', 'socle', 1],
      [1, 'first', 'ansible', 16],
      [1, 'second', 'socle', 1],
    ]);
    expect(textTable(rows)).toContain('| 1 machine, 20 ms');
  });
});
