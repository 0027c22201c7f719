import { once } from 'node:events';
import type { Server } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startControl } from '../../../sandbox/control.js';
import { installBalancer } from './load-balancer-machines.js';
import { openSandbox, type Sandbox } from './sandbox-fixture.js';

let sandbox: Sandbox;
let control: { url: string; server: Server };
beforeEach(async () => {
  sandbox = openSandbox();
  await sandbox.start('lb-1');
  await installBalancer(sandbox, 'lb-1');
  const nothing = async (): Promise<void> => undefined;
  control = await startControl({
    port: 0,
    journal: { append: () => undefined, entries: () => [] },
    faults: sandbox.faults,
    leftovers: () => ({}),
    consoleOf: () => undefined,
    disturb: { cut: nothing, unplug: nothing, plug: nothing, 'power-off': nothing, 'power-on': nothing },
    kill: (name, unit) => sandbox.machines().kill(sandbox.machine(name).hardware.instanceUuid, unit),
  });
});
afterEach(async () => {
  control.server.close();
  await once(control.server, 'close');
  await sandbox.close();
});

async function kill(machine: string, body: unknown): Promise<number> {
  const answer = await fetch(`${control.url}/machines/${machine}/kill`, {
    method: 'POST',
    headers: { connection: 'close' },
    body: JSON.stringify(body),
  });
  await answer.text();
  return answer.status;
}

test('a program is killed by its unit, once', async () => {
  expect(await kill('lb-1', { unit: 'haproxy.service' })).toBe(200);
  expect((await sandbox.run('lb-1', 'systemctl is-active haproxy')).stdout).toBe('failed\n');
  expect(sandbox.effects('lb-1', 'killed').map(({ detail }) => detail)).toEqual([
    { unit: 'haproxy.service' },
  ]);
  expect(await kill('lb-1', { unit: 'haproxy.service' }), 'it is dead').toBe(400);
});

test('what is not there, or not asked for in words that are known, is refused', async () => {
  expect(await kill('lb-1', { unit: 'vault.service' })).toBe(400);
  expect(await kill('lb-9', { unit: 'haproxy.service' })).toBe(400);
  expect(await kill('lb-1', { units: 'haproxy.service' })).toBe(400);
  expect((await sandbox.run('lb-1', 'systemctl is-active haproxy')).stdout).toBe('active\n');
});
