import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSandbox } from '../unit/sandbox/sandbox-fixture.js';
import { certificateScriptsContract, type RootShell } from './certificate-scripts-contract.js';

certificateScriptsContract('a simulated machine', async (): Promise<RootShell> => {
  const sandbox = openSandbox();
  await sandbox.start('machine-1');
  return {
    run: (script) => sandbox.run('machine-1', script),
    folder: '/srv/certificates',
    unit: 'cron.service',
    reloads: () =>
      sandbox.effects('machine-1', 'reload').filter(({ detail }) => detail?.['unit'] === 'cron.service')
        .length,
    close: () => sandbox.close(),
  };
});

certificateScriptsContract("this computer's shell and OpenSSL", async (): Promise<RootShell> => {
  const folder = mkdtempSync(join(tmpdir(), 'socle-certificates-'));
  const programs = join(folder, 'programs');
  const calls = join(folder, 'calls');
  mkdirSync(programs);
  // Stands before the computer's own program: owners and services of this computer are nobody's to change.
  const program = (name: string, body: string): void => {
    writeFileSync(join(programs, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(programs, name), 0o755);
  };
  program('chown', `echo "chown $*" >>${calls}`);
  program('systemctl', `echo "systemctl $*" >>${calls}`);
  program('stat', `/usr/bin/stat "$@" | sed 's/ [^ ]*:[^ ]*$/ root:root/'`);
  return {
    run: async (script) => {
      const { status, stdout, stderr } = spawnSync('sh', ['-s'], {
        input: `umask 022\n${script}`,
        encoding: 'utf8',
        env: { ...process.env, PATH: `${programs}:${process.env['PATH'] ?? ''}` },
      });
      return { stdout, stderr, exitCode: status ?? -1 };
    },
    folder,
    unit: 'cron.service',
    reloads: () =>
      existsSync(calls)
        ? readFileSync(calls, 'utf8').split('systemctl reload-or-restart cron.service\n').length - 1
        : 0,
    close: async () => rmSync(folder, { recursive: true }),
  };
});
