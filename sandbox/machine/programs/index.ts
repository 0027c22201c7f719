import { haproxy } from './haproxy/haproxy.js';
import { keepalived } from './keepalived/keepalived.js';
import type { Program } from './program.js';

/** Units that do more than to be there. */
const programs: readonly Program[] = [haproxy, keepalived];

export function programOf(unit: string): Program | undefined {
  return programs.find((program) => program.unit === unit);
}
