import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, inject, test } from 'vitest';
import { findTemporal } from '../../tools/find-temporal.js';
import { scenarios } from './scenarios.js';

const recording = process.env['SOCLE_RECORD'] !== undefined;

/** Written only when asked for: `SOCLE_RECORD=1 npx vitest run --project workflow test/replay/record.test.ts`. */
test.each(scenarios)('the histories of $name can be brought about', async ({ name, phases, play }) => {
  const laboratory = await play();
  try {
    const program = await findTemporal(() => undefined);
    const root = `site/${laboratory.siteName}`;
    for (const id of [root, ...phases.map((phase) => `${root}/${phase}`)]) {
      const history = historyOf(program, id);
      expect(history.events[0]?.eventType).toBe('EVENT_TYPE_WORKFLOW_EXECUTION_STARTED');
      if (!recording) continue;
      mkdirSync('test/replay/histories', { recursive: true });
      const file = `test/replay/histories/${name}${id.slice(root.length).replaceAll('/', '.')}.json`;
      writeFileSync(file, `${withoutPlaces(history)}\n`);
    }
  } finally {
    await laboratory.client.workflow
      .getHandle(`site/${laboratory.siteName}`)
      .terminate()
      .catch(() => undefined);
    await laboratory.close();
  }
});

type History = { events: { eventType?: string }[] };

function historyOf(program: string, workflowId: string): History {
  const text = execFileSync(
    program,
    [
      'workflow',
      'show',
      '--workflow-id',
      workflowId,
      '--output',
      'json',
      '--address',
      inject('temporalAddress'),
    ],
    { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 },
  );
  return JSON.parse(text) as History;
}

/** Clients and workers sign with process and host name, stack traces name folders: nobody's business. */
function withoutPlaces(value: unknown): string {
  return JSON.stringify(value, (key, member: unknown) => {
    if (key === 'stackTrace') return '';
    return key === 'identity' || (typeof member === 'string' && /^\d+@/.test(member)) ? 'socle' : member;
  });
}
