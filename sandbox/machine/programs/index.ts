import { gogs } from './gogs/process.js';
import { haproxy } from './haproxy/process.js';
import { keepalived } from './keepalived/process.js';
import type { Program } from './program.js';
import { registry } from './registry/process.js';
import { vault } from './vault/process.js';

/** Units that do something once they are started. */
export const programs: Readonly<Record<string, Program>> = {
  // The second starts once, with a socket and open registration, for the first user.
  'gogs.service': gogs('gogs.service'),
  'gogs-first-user.service': gogs('gogs-first-user.service'),
  'haproxy.service': haproxy,
  'keepalived.service': keepalived,
  'socle-registry-pull.service': registry('socle-registry-pull.service'),
  'socle-registry-push.service': registry('socle-registry-push.service'),
  'vault.service': vault,
};
