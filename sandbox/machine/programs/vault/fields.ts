import { Refusal } from './refusal.js';

type Fields = Record<string, unknown>;

/** Reads what a request's body names; numbers and lists may also come as text, as Vault takes them. */
export function text(fields: Fields, name: string, otherwise = ''): string {
  const value = fields[name];
  if (value === undefined || value === null) return otherwise;
  if (typeof value === 'string') return value;
  throw new Refusal(400, `error converting input for field "${name}": expected a string`);
}

export function integer(fields: Fields, name: string, otherwise: number): number {
  const value = fields[name] ?? otherwise;
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number)) return number;
  throw new Refusal(400, `error converting input for field "${name}": expected a whole number`);
}

export function flag(fields: Fields, name: string, otherwise: boolean): boolean {
  const value = fields[name] ?? otherwise;
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  throw new Refusal(400, `error converting input for field "${name}": expected true or false`);
}

/** Texts, or one text with commas between them. */
export function list(fields: Fields, name: string, otherwise: readonly string[] = []): string[] {
  const value = fields[name];
  if (value === undefined || value === null) return [...otherwise];
  if (typeof value === 'string') return value === '' ? [] : value.split(',').map((part) => part.trim());
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw new Refusal(400, `error converting input for field "${name}": expected a list of texts`);
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Seconds, or a duration such as `72h` or `1h30m`. */
export function seconds(fields: Fields, name: string, otherwise: number): number {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return otherwise;
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  const whole = typeof value === 'string' ? value : JSON.stringify(value);
  if (/^\d+$/.test(whole)) return Number(whole);
  const parts = [...whole.matchAll(/(\d+)([smhd])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== whole)
    throw new Refusal(400, `error converting input for field "${name}": time: invalid duration "${whole}"`);
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit!]!, 0);
}
