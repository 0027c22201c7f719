import { Bash, defineCommand } from 'just-bash';
import { expect, test } from 'vitest';
import { absent } from '../../activities/host/absent.js';
import { command } from '../../activities/host/command.js';
import { compile, type ScriptMode } from '../../activities/host/compile.js';
import { directory } from '../../activities/host/directory.js';
import { file } from '../../activities/host/file.js';
import { parseReport } from '../../activities/host/report.js';

const nothing = { stdout: '', stderr: '', exitCode: 0 };

/** What just-bash lacks of docs/hosts.md and these resources use; the sandbox has complete ones. */
const commands = [
  ...['flock', 'umask', 'chown'].map((name) => defineCommand(name, async () => nothing)),
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
