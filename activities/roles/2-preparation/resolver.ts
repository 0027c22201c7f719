import { attributesLibrary, fileCall, fileLibrary } from '../../host/file.js';
import type { Resource } from '../../host/resource.js';

const unit = 'systemd-resolved.service';
const resolvedFile = '/etc/systemd/resolved.conf.d/90-socle.conf';

export type Resolver = { dnsServers: readonly string[]; searchDomain: string };

/**
 * Name servers. systemd-resolved gets them in its own file, without the multicast names that would open port 5355;
 * NetworkManager gets them with the card; a machine with neither gets a plain /etc/resolv.conf (three servers at most).
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
    ].join('\n'),
    notify: [
      {
        name: 'restart-resolved',
        command: `if systemctl is-active --quiet ${unit}; then systemctl restart ${unit}; fi`,
      },
    ],
    looksAt: { paths: [resolvedFile], units: [unit] },
  };
}
