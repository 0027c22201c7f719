import { open, stat } from 'node:fs/promises';
import type { Effect } from '../../sandbox/runtime.js';

/** Reads a journal from its file, which is there while who writes it is dead or frozen. */
export type JournalTail = { read: () => Promise<readonly Effect[]> };

export function tailJournal(path: string): JournalTail {
  const effects: Effect[] = [];
  let offset = 0;
  let reading: Promise<void> = Promise.resolve();
  const readOn = async (): Promise<void> => {
    const size = (await stat(path).catch(() => undefined))?.size ?? 0;
    if (size <= offset) return;
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size - offset), 0, size - offset, offset);
      // Only whole lines: a restarted sandbox cuts off what it had begun to write.
      const whole = buffer.subarray(0, buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1);
      offset += whole.length;
      for (const line of whole.toString('utf8').split('\n').filter(Boolean))
        effects.push(JSON.parse(line) as Effect);
    } finally {
      await file.close();
    }
  };
  return {
    read: async () => {
      reading = reading.then(readOn);
      await reading;
      return effects;
    },
  };
}

/** What every machine of a deployment undergoes, one after the other: the marks by which progress is told. */
const milestones = new Set([
  'clone',
  'power-on',
  'boot',
  'host-key-replaced',
  'network-reloaded',
  'packages-installed',
  'audit-rules-loaded',
  'firewall-loaded',
]);

/** How far a deployment is by its journal, from 0 to 1; what happens again does not count again. */
export function progressOf(effects: readonly Effect[], machines: number): number {
  const reached = new Set(
    effects
      .filter(({ effect }) => milestones.has(effect))
      .map(({ effect, subject }) => `${effect} ${subject}`),
  );
  return reached.size / (milestones.size * machines);
}

/** True for an effect that only a script of a living worker brings about; a booting machine brings about none of these. */
export function isOfScript({ effect }: Effect): boolean {
  return scriptEffects.has(effect);
}

const scriptEffects = new Set([
  'host-key-replaced',
  'network-reloaded',
  'packages-installed',
  'formatted',
  'mounted',
  'audit-rules-loaded',
  'firewall-loaded',
  'user-changed',
]);
