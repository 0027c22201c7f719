import { join } from 'node:path';
import { StackUnderTest } from '../end-to-end/stack.js';
import { progressOf, tailJournal } from './journal-tail.js';
import type { Place } from './place.js';
import { kinds } from './schedule.js';

export const sandboxPlace: Place = {
  kinds,
  file: 'examples/site-100.yaml',
  start: async (waits) => {
    const stack = await StackUnderTest.start(waits);
    const journal = tailJournal(join(stack.stateFolder, 'sandbox', 'journal.jsonl'));
    return {
      stack,
      slow: waits === 'realistic',
      journal,
      made: 'clone',
      progress: async (_client, _site, machines) => progressOf(await journal.read(), machines),
      pidOf: async (part) => (await stack.note()).pids[part],
      disturb: (machine, what) =>
        orAway(() =>
          stack.disturb(machine, what).catch((error: Error) => {
            // Somebody else may have switched it on meanwhile.
            if (what !== 'power-on' || !error.message.includes('poweredOn already')) throw error;
          }),
        ),
      resetScript: {
        arm: (subject, argument) =>
          orAway(() =>
            stack.arm({ system: 'machine', operation: 'ssh.exec', subject, kind: 'reset', argument }),
          ),
        isOver: async (subject) => {
          let armed: string[] = [];
          await orAway(async () => void (armed = await stack.armed()));
          return !armed.includes(subject);
        },
        takeBack: () => stack.disarm(),
      },
      ownEffects: async () => [],
      leftovers: () => stack.leftovers(),
    };
  },
};

/** False while the sandbox is away and takes no orders. */
async function orAway(act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    // What fetch throws when nobody listens.
    if (error instanceof TypeError) return false;
    throw error;
  }
}
