import { appendFileSync } from 'node:fs';
import { journalFile } from './names.js';

/** What can befall a machine: by its vCenter, or by itself. */
export type Befell = 'power-on' | 'power-off' | 'boot' | 'reboot' | 'destroy';

/**
 * Notes what befell a machine, for who wants to know afterwards what was done how often.
 * @param by who switched it off: `machine` for one that shut itself down or was killed
 */
export function note(effect: Befell, subject: string, by?: 'hypervisor' | 'machine'): void {
  const line = {
    at: new Date().toISOString(),
    system: 'laboratory',
    effect,
    subject,
    ...(by && { detail: { by } }),
  };
  appendFileSync(journalFile, `${JSON.stringify(line)}\n`);
}
