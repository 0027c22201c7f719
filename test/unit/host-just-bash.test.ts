import { Bash, defineCommand } from 'just-bash';
import { expect, test } from 'vitest';
import { absent } from '../../activities/host/absent.js';
import { command } from '../../activities/host/command.js';
import { compile, type ScriptMode } from '../../activities/host/compile.js';
import { directory } from '../../activities/host/directory.js';
import { file } from '../../activities/host/file.js';
import { staticNetwork } from '../../activities/host/network.js';
import { parseReport } from '../../activities/host/report.js';

const nothing = { stdout: '', stderr: '', exitCode: 0 };

/** What just-bash lacks of docs/hosts.md and these resources use; the sandbox has complete ones. */
const commands = [
  ...['flock', 'umask', 'chown', 'sync'].map((name) => defineCommand(name, async () => nothing)),
  defineCommand('mktemp', async ([template = ''], { fs }) => {
    const path = template.replace('XXXXXX', 'abc123');
    await fs.writeFile(path, '');
    return { ...nothing, stdout: `${path}\n` };
  }),
];

test('the scripts run on the simulated shell of the sandbox as on a real one', async () => {
  const bash = new Bash({ customCommands: commands, files: { '/etc/old': 'x', '/etc/motd': 'a\nb\n' } });
  const notify = [{ name: 'reload-app', command: 'echo reloaded >>/reloads' }];
  const resources = [
    directory({ path: '/etc/app', mode: '0750', owner: 'user:group' }),
    file({ path: '/etc/app/conf', content: `it's "new"\n`, owner: 'user:group', notify }),
    file({ path: '/etc/motd', content: 'a\nc\n', owner: 'user:group' }),
    absent({ path: '/etc/old' }),
    command({ title: 'mark', unless: 'test -e /mark', run: 'touch /mark', reason: 'no mark' }),
  ];
  const run = async (mode: ScriptMode) => {
    const { stdout, stderr, exitCode } = await bash.exec(compile(resources, { mode }));
    expect(`${exitCode} ${stderr}`).toBe('0 ');
    const report = parseReport(stdout);
    expect(report.complete).toBe(true);
    return report.resources;
  };
  const states = async (mode: ScriptMode) => (await run(mode)).map(({ state }) => state).join(' ');

  expect(await states('check')).toBe('todo todo todo todo todo ok');
  expect(await bash.fs.exists('/etc/app')).toBe(false);
  expect((await run('check'))[2]?.diff).toEqual(['/etc/motd: other content', '-b', '+c']);
  expect(await states('apply')).toBe('changed changed changed changed changed changed');
  expect(await states('apply')).toBe('ok ok ok ok ok ok');
  expect(await bash.fs.readFile('/etc/app/conf')).toBe(`it's "new"\n`);
  expect(await bash.fs.readFile('/reloads')).toBe('reloaded\n');
});

test('a network change names the card, replaces the file of cloud-init and, taken back, is not made again at once', async () => {
  const answer = (name: string, exitCode: number) =>
    defineCommand(name, async () => ({ ...nothing, exitCode }));
  const old = 'network: {version: 2}\n';
  const bash = new Bash({
    customCommands: [
      ...commands,
      ...['netplan', 'systemd-run'].map((name) => answer(name, 0)),
      // No timer waits.
      answer('systemctl', 3),
      defineCommand('ip', async () => ({
        ...nothing,
        stdout: '2: ens3    inet 10.0.0.5/24 scope global ens3\n',
      })),
    ],
    files: { '/etc/netplan/50-cloud-init.yaml': old },
  });
  const wanted = {
    address: '10.0.0.5',
    prefixLength: 24,
    gateway: '10.0.0.1',
    dnsServers: ['10.0.0.2'],
    searchDomain: 'example.org',
    mtu: 1500,
  };
  const apply = (mtu: number) => bash.exec(compile([staticNetwork({ ...wanted, mtu })], { mode: 'apply' }));
  const { stdout, stderr, exitCode } = await apply(1500);
  expect(`${exitCode} ${stderr}`).toBe('0 ');
  expect(parseReport(stdout).resources[0]?.state).toBe('changed');
  const ours = '/etc/netplan/90-socle.yaml';
  expect(await bash.fs.readFile(ours)).toContain('    ens3:\n');
  expect(await bash.fs.exists('/etc/netplan/50-cloud-init.yaml')).toBe(false);
  await bash.exec('sh /run/socle/restore');
  expect(await bash.fs.readFile('/etc/netplan/50-cloud-init.yaml')).toBe(old);
  expect(await bash.fs.exists(ours)).toBe(false);
  for (const attempt of ['second', 'third']) {
    const again = await apply(1500);
    expect(again.exitCode, attempt).toBe(1);
    expect(again.stderr).toContain('it is not tried again at once');
    expect(await bash.fs.exists(ours)).toBe(false);
  }
  expect((await apply(1500)).exitCode).toBe(0);
  await bash.exec('sh /run/socle/restore');
  expect((await apply(1400)).exitCode).toBe(0);
});
