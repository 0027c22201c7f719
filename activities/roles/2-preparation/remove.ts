import { platformAuthority } from '../../../config/certificates/trusted-authorities.js';
import { absent } from '../../host/absent.js';
import { command } from '../../host/command.js';
import { removeFirewall } from '../../host/firewall.js';
import { unmaskedUnits } from '../../host/masked-units.js';
import { reload, restart, type Resource } from '../../host/resource.js';
import { authorityPath } from '../../host/trust-store.js';
import type { Site } from '../../../config/site.js';
import { ownAccountOnly } from './accounts.js';
import type { OperatingSystem } from './os.js';
import { replacedUnits } from './replaced-units.js';

/**
 * Takes back what was prepared, as far as the machine stays reachable: Socle's own account, the host key, names, network,
 * packages with their source's authority, and data disks stay. Kernel settings go back, and units that were masked start
 * again, at the next boot.
 */
export function undo(site: Site, os: OperatingSystem): Resource[] {
  const files = [
    '/etc/sysctl.d/90-socle.conf',
    '/etc/modprobe.d/90-socle.conf',
    '/etc/modules-load.d/90-socle.conf',
    '/etc/security/limits.d/90-socle.conf',
    '/etc/systemd/coredump.conf.d/90-socle.conf',
    '/etc/profile.d/90-socle.sh',
    '/etc/apt/apt.conf.d/52-socle-updates',
    '/etc/needrestart/conf.d/90-socle.conf',
    '/etc/audit/rules.d/90-socle.rules',
    '/etc/socle/syslog-ca.pem',
    '/var/lib/socle/reachability',
  ];
  return [
    command({ title: 'no firewall', ...removeFirewall, reason: 'the table inet socle' }),
    command({
      title: 'units that were masked',
      ...unmaskedUnits([...replacedUnits.stopped, ...replacedUnits.left]),
      reason: 'masked',
    }),
    absent({
      path: authorityPath(os.trust, platformAuthority),
      notify: [{ name: 'update-authorities', command: `${os.trust.update} >&2` }],
    }),
    absent({ path: '/etc/ssh/sshd_config.d/01-socle.conf', notify: [reload(os.sshUnit)] }),
    absent({ path: '/etc/rsyslog.d/90-socle.conf', notify: [restart('rsyslog.service')] }),
    ...files.map((path) => absent({ path })),
    ...ownAccountOnly(site),
  ];
}
