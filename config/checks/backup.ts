import { addressNumber, networkSpan, spanContains } from '../ipv4.js';
import type { SparseSite } from '../load/prune.js';
import { zoneNames } from '../machine.js';
import type { Finding } from '../problem.js';
import { splitHostPort } from '../site/address.js';

/** From here on a lost platform costs more than a backup target. */
const requiredFromUsers = 500;

/** A backup target that is missing where one is required, or that would be lost together with the platform. */
export function backupFindings(site: SparseSite): Finding[] {
  if (!('backup' in site)) {
    const users = site.concurrentUsers ?? 0;
    return users < requiredFromUsers
      ? []
      : [
          {
            path: ['backup'],
            message: `is missing, and a site of ${users} users needs one. Name an S3 or NFS target outside the platform`,
          },
        ];
  }
  const host = backupHost(site);
  if (host === undefined) return [];
  const number = addressNumber(host);
  const zone = zoneNames.find((each) => {
    const cidr = site.zones?.[each]?.cidr;
    const span = cidr === undefined ? undefined : networkSpan(cidr);
    return span !== undefined && number !== undefined && spanContains(span, number);
  });
  const path = ['backup', site.backup?.kind === 'nfs' ? 'server' : 'url'];
  if (zone !== undefined)
    return [
      {
        path,
        message: `${host} is inside the platform (zone ${zone}). Name a target that survives the platform's loss`,
      },
    ];
  if (site.domain === undefined || !(host === site.domain || host.endsWith(`.${site.domain}`))) return [];
  return [
    {
      path,
      message: `${host} is a name of the platform itself. Name a target that survives the platform's loss`,
    },
  ];
}

function backupHost(site: SparseSite): string | undefined {
  const { backup } = site;
  if (backup?.kind === 'nfs')
    return backup.server === undefined ? undefined : splitHostPort(backup.server, 2049).host;
  return backup?.kind !== 's3' || backup.url === undefined ? undefined : new URL(backup.url).hostname;
}
