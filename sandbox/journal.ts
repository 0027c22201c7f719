import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Effect, Journal } from './runtime.js';

/**
 * Opens the journal of a sandbox: one JSON line per effect, written before the effect is answered, so that a sandbox that
 * is killed comes back with all that it ever confirmed. A last line that was cut off is dropped.
 */
export function openJournal(path: string): Journal {
  mkdirSync(dirname(path), { recursive: true });
  const entries = existsSync(path) ? readEntries(path) : [];
  return {
    append: (effect) => {
      const entry: Effect = { at: new Date().toISOString(), ...effect };
      appendFileSync(path, `${JSON.stringify(entry)}\n`);
      entries.push(entry);
    },
    entries: () => entries,
  };
}

function readEntries(path: string): Effect[] {
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
  return whole
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Effect);
}
