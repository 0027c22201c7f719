import { readdirSync, readFileSync } from 'node:fs';
import { Worker } from '@temporalio/worker';
import { beforeAll, expect, inject, test } from 'vitest';
import { installRuntime } from '../../worker/runtime.js';

const folder = 'test/replay/histories';
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));

type History = { events: [{ workflowExecutionStartedEventAttributes: { workflowId: string } }] };
const read = (file: string): History => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as History;
const current = (): string => readFileSync(inject('workflowBundle'), 'utf8');

beforeAll(installRuntime);

function replay(code: string, file: string): Promise<void> {
  const history = read(file);
  // A run names its phases after itself.
  const { workflowId } = history.events[0].workflowExecutionStartedEventAttributes;
  return Worker.runReplayHistory({ workflowBundle: { code } }, history, workflowId);
}

/** The bundle with one thing done otherwise. */
function altered(from: string, to: string): string {
  const code = current();
  expect(code).toContain(from);
  return code.replaceAll(from, to);
}

test('histories of finished and of open runs are stored', () => {
  expect(files).toEqual(
    expect.arrayContaining(['finished.json', 'gate-open.json', 'parked-open.json', 'running-open.json']),
  );
});

test.each(files)('%s is replayed by the workflows as they are now', async (file) => {
  await replay(current(), file);
});

test.each([
  ['finished.json', "'plan.accept'", "'plan.admit'"],
  ['gate-open.json', "'plan.accept'", "'plan.admit'"],
  ['parked-open.base-infrastructure.json', '${role.name}.${step.id}', '${step.id}.${role.name}'],
  ['backups-scheduled.json', "'backups.schedule'", "'backups.plan'"],
  ['capped-open.provisioning.json', 'const next = queue.shift()', 'const next = queue.pop()'],
])('a change that breaks %s is found', async (file, from, to) => {
  await expect(replay(altered(from, to), file)).rejects.toThrow(/[Nn]ondeterminism|does not match/);
});
