import type { Machine } from '../../../config/machine.js';
import type { Site } from '../../../config/site.js';
import { splitHostPort } from '../../../config/site/address.js';
import { attributesLibrary, fileCall, fileLibrary } from '../../host/file.js';
import { handlerCall, type Handler, type Resource } from '../../host/resource.js';

const unit = 'systemd-resolved.service';
const resolvedFile = '/etc/systemd/resolved.conf.d/90-socle.conf';

export type Resolver = { dnsServers: readonly string[]; searchDomain: string };

const restart: Handler = {
  name: 'restart-resolved',
  command: `if systemctl is-active --quiet ${unit}; then systemctl restart ${unit}; fi`,
};

/**
 * Name servers, in force at once: what follows in the same script may need a name. systemd-resolved gets them in its own
 * file, without the multicast names that would open port 5355; NetworkManager gets them with the card; a machine with
 * neither gets a plain /etc/resolv.conf (three servers at most).
 * Needs systemctl.
 */
export function resolver({ dnsServers, searchDomain }: Resolver): Resource {
  const resolved = `[Resolve]
DNS=${dnsServers.join(' ')}
Domains=${searchDomain}
LLMNR=no
MulticastDNS=no
`;
  const plain = `search ${searchDomain}\n${dnsServers
    .slice(0, 3)
    .map((server) => `nameserver ${server}\n`)
    .join('')}`;
  return {
    title: 'name servers',
    library: [attributesLibrary, fileLibrary],
    call: [
      `if runs ${unit}; then`,
      fileCall({ path: resolvedFile, content: resolved }),
      'elif ! systemctl is-active --quiet NetworkManager.service; then',
      fileCall({ path: '/etc/resolv.conf', content: plain }),
      'fi',
      handlerCall(restart),
    ].join('\n'),
    notify: [restart],
    looksAt: { paths: [resolvedFile], units: [unit] },
  };
}

/** Addresses of the servers that a machine of this zone asks. */
export function dnsServersOf(site: Site, machine: Machine): string[] {
  const servers = site.zones[machine.zone].dns ?? site.dns.servers;
  return servers.map((server) => splitHostPort(server, 53).host);
}
