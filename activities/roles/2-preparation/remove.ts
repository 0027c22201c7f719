import { absent } from '../../host/absent.js';
import { command } from '../../host/command.js';
import { removeFirewall } from '../../host/firewall.js';
import { members } from '../../host/members.js';
import { reload, type Resource } from '../../host/resource.js';
import { administratorsGroup } from './accounts.js';
import type { OperatingSystem } from './os.js';

/**
 * Takes back what was prepared, as far as the machine stays reachable: Socle's own account, the host key, names, network,
 * packages and data disks stay. Kernel settings go back at the next boot.
 */
export function undo(os: OperatingSystem): Resource[] {
  const files = [
    '/etc/sysctl.d/90-socle.conf',
    '/etc/modprobe.d/90-socle.conf',
    '/etc/modules-load.d/90-socle.conf',
    '/etc/security/limits.d/90-socle.conf',
    '/etc/systemd/coredump.conf.d/90-socle.conf',
    '/etc/profile.d/90-socle.sh',
    '/etc/apt/apt.conf.d/52-socle-updates',
    '/etc/audit/rules.d/90-socle.rules',
    '/etc/rsyslog.d/90-socle.conf',
    '/var/lib/socle/reachability',
  ];
  return [
    command({ title: 'no firewall', ...removeFirewall, reason: 'the table inet socle' }),
    absent({ path: '/etc/ssh/sshd_config.d/01-socle.conf', notify: [reload(os.sshUnit)] }),
    ...files.map((path) => absent({ path })),
    members({ group: administratorsGroup, names: [] }),
  ];
}
