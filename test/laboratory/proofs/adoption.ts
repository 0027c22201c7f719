import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { databaseFile } from '../../../tools/temporal-server.js';
import { expectSuccess, stateFolder, type Datacentre } from '../datacentre.js';
import { socle, until } from '../laboratory.js';
import { asRoot } from '../log-in.js';

/** Machines that an earlier run made, of which no Temporal server knows anything any more. */
export function adoption(given: () => Datacentre, machines: readonly string[]): void {
  test('after the Temporal server lost everything, the machines are adopted without a change', async () => {
    const { environment, run, site } = given();
    const bootId = (): Promise<string> => asRoot(given(), 'vault-1', 'cat /proc/sys/kernel/random/boot_id');
    const before = await bootId();
    const lost = loseEverything();
    await until(() => temporalPid() !== lost, 30_000);
    expect((await socle(environment, 'list')).stdout).toContain('No runs yet');
    const outcome = await run('apply', site, machines);
    expectSuccess(outcome);
    expect(outcome.changes).toEqual([]);
    expect(await bootId()).toBe(before);
  });
}

/** The laboratory starts the server again, with an empty database, and notes its new process when it is ready. */
function loseEverything(): number {
  const pid = temporalPid();
  for (const ending of ['', '-wal', '-shm', '-journal'])
    rmSync(databaseFile(stateFolder) + ending, { force: true });
  process.kill(pid, 'SIGKILL');
  return pid;
}

function temporalPid(): number {
  const note = JSON.parse(readFileSync(join(stateFolder, 'stack.json'), 'utf8')) as {
    pids: { temporal: number };
  };
  return note.pids.temporal;
}
