import type { Machine } from '../../../config/machine.js';
import type { Site } from '../../../config/site.js';
import { splitHostPort } from '../../../config/site/address.js';
import { file } from '../../host/file.js';
import { restart, withOwnKernel, type Resource } from '../../host/resource.js';
import { service } from '../../host/service.js';
import type { OperatingSystem } from './os.js';

const ntpPort = 123;

/** chrony with the site's servers; it serves time to nobody and opens no port. */
export function time(site: Site, machine: Machine, { chronyFile, chronyUnit }: OperatingSystem): Resource[] {
  const servers = (site.zones[machine.zone].ntp ?? site.ntp).map((server) => {
    const { host, port } = splitHostPort(server, ntpPort);
    return `server ${host}${port === ntpPort ? '' : ` port ${port}`} iburst\n`;
  });
  const content = `${servers.join('')}driftfile /var/lib/chrony/drift
makestep 1.0 3
rtcsync
port 0
cmdport 0
leapsectz right/UTC
logdir /var/log/chrony
`;
  return [
    file({ path: chronyFile, content, notify: [restart(chronyUnit)] }),
    withOwnKernel(service({ unit: chronyUnit, boot: 'enabled', now: 'running' })),
  ];
}
