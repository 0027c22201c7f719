import { haproxy } from './haproxy/process.js';
import { keepalived } from './keepalived/process.js';
import type { Program } from './program.js';

/** Units that do something once they are started. */
export const programs: Readonly<Record<string, Program>> = {
  'haproxy.service': haproxy,
  'keepalived.service': keepalived,
};
