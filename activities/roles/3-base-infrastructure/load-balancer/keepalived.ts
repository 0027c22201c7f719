import type { Inventory, Machine } from '../../../../config/machine.js';
import type { Site } from '../../../../config/site.js';
import type { LoadBalancerInputs } from './inputs.js';
import { paths } from './paths.js';
import type { PairGroup } from './routes.js';
import { priorities, virtualRouterId } from './virtual-router.js';

/** Half of a second's patience would take a busy machine for a dead one. */
const check = { intervalSeconds: 1, timeoutSeconds: 2, rise: 2, fall: 2 };

/**
 * keepalived.conf of one machine. All addresses of a pair move together. Unicast, because hypervisors and switches drop
 * multicast; packets count only from the peer and from the same network (TTL 255). The machine with the higher priority
 * takes the addresses back when it is well again. Every directive is in keepalived 2.2.7 (Debian 12).
 */
export function keepalivedConfiguration(
  site: Site,
  inventory: Inventory,
  machine: Machine,
  inputs: LoadBalancerInputs,
): string {
  const pair = inventory.machines.filter(({ group }) => group === machine.group);
  const peers = pair.filter(({ name }) => name !== machine.name);
  const addresses = inventory.virtualAddresses.filter(({ group }) => group === machine.group);
  const { interface: card = '$CARD' } = site.zones[machine.zone];
  const seconds = inputs.advertisementSeconds;
  return `# Written by Socle. What is changed here goes with the next run: change the site file.
global_defs {
    router_id ${machine.name}
    vrrp_version ${Number.isInteger(seconds) ? 2 : 3}
    vrrp_garp_master_refresh 60
    enable_script_security
    script_user root
}
${card === '$CARD' ? `includer ${paths.card}\n` : ''}vrrp_script haproxy {
    script "${paths.checkScript}"
    interval ${check.intervalSeconds}
    timeout ${check.timeoutSeconds}
    rise ${check.rise}
    fall ${check.fall}
}
vrrp_instance ${machine.group} {
    state BACKUP
    interface ${card}
    virtual_router_id ${virtualRouterId(site, machine.group as PairGroup, inputs)}
    priority ${priorities[pair.indexOf(machine)] ?? priorities[1]}
    advert_int ${seconds}
    unicast_src_ip ${machine.address}
    unicast_peer {
${peers.map(({ address }) => `        ${address} min_ttl 255 max_ttl 255\n`).join('')}    }
    virtual_ipaddress {
${addresses.map(({ address }) => `        ${address}/32 dev ${card}\n`).join('')}    }
    track_script {
        haproxy
    }
}
`;
}

/** Asks HAProxy itself: a process that lives but answers nobody must not keep the addresses. */
export const checkScript = `#!/bin/sh
exec curl --silent --fail --output /dev/null --max-time 1 --unix-socket ${paths.healthSocket} http://haproxy/
`;
