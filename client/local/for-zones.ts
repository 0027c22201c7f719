import { InvalidArgumentError } from 'commander';
import { zoneNames, type ZoneName } from '../../config/machine.js';
import type { ForZones } from '../../laboratory/impairment.js';

/**
 * Reads an option's value: one number for all zones, `20`, or numbers for some, `dmz=20,lan=5`.
 * @param largest that makes sense
 * @throws InvalidArgumentError, which commander shows with the option's name
 */
export function forZones(text: string, largest: number): ForZones {
  if (!text.includes('=')) return numberOf(text, largest);
  const values: Partial<Record<ZoneName, number>> = {};
  for (const word of text.split(',')) {
    const [name = '', value = ''] = word.split('=', 2);
    const zone = zoneNames.find((each) => each === name);
    if (zone === undefined) throw new InvalidArgumentError(`"${name}" is none of ${zoneNames.join(', ')}.`);
    values[zone] = numberOf(value, largest);
  }
  return values;
}

function numberOf(text: string, largest: number): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (value >= 0 && value <= largest) return value;
  throw new InvalidArgumentError(`"${text}" is not a number from 0 to ${largest}.`);
}
