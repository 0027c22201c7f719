import { haproxy } from './haproxy/process.js';
import { keepalived } from './keepalived/process.js';
import type { Program } from './program.js';
import { registry } from './registry/process.js';
import { vault } from './vault/process.js';

/** Units that do something once they are started. */
export const programs: Readonly<Record<string, Program>> = {
  'haproxy.service': haproxy,
  'keepalived.service': keepalived,
  'socle-registry-pull.service': registry('socle-registry-pull.service'),
  'socle-registry-push.service': registry('socle-registry-push.service'),
  'vault.service': vault,
};
