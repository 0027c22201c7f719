import { file } from '../../host/file.js';
import type { Resource } from '../../host/resource.js';
import { service } from '../../host/service.js';
import type { OperatingSystem } from './os.js';

/** Never updated unattended: what would end connections or need a restart. Roles and operators update these. */
export const heldBack = ['linux-', 'haproxy', 'keepalived'] as const;

/** Security updates every night, from the site's mirror like all packages; no restart of machine or services. */
export function updates({ family }: OperatingSystem): Resource[] {
  return family === 'debian' ? debianUpdates() : redHatUpdates();
}

function debianUpdates(): Resource[] {
  const settings = `Unattended-Upgrade::Origins-Pattern { "origin=*,codename=\${distro_codename}-security"; "origin=*,suite=*-security"; };
Unattended-Upgrade::Package-Blacklist { ${heldBack.map((name) => `"^${name}"; `).join('')}};
Unattended-Upgrade::Automatic-Reboot "false";
Unattended-Upgrade::MinimalSteps "true";
Unattended-Upgrade::SyslogEnable "true";
`;
  const periodic = `APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
APT::Periodic::AutocleanInterval "7";
`;
  return [
    file({
      path: '/etc/apt/apt.conf.d/52-socle-updates',
      content: `#clear Unattended-Upgrade::Origins-Pattern;\n${settings}`,
    }),
    file({ path: '/etc/apt/apt.conf.d/20auto-upgrades', content: periodic }),
    // needrestart, where it is installed, would restart services after each update.
    file({ path: '/etc/needrestart/conf.d/90-socle.conf', content: `$nrconf{restart} = 'l';\n` }),
    service({ unit: 'apt-daily-upgrade.timer', boot: 'enabled', now: 'running' }),
  ];
}

function redHatUpdates(): Resource[] {
  const content = `[commands]
upgrade_type = security
apply_updates = yes
download_updates = yes
reboot = never
[emitters]
emit_via = stdio
[base]
excludepkgs = kernel*,haproxy,keepalived
`;
  return [
    file({ path: '/etc/dnf/automatic.conf', content }),
    service({ unit: 'dnf-automatic.timer', boot: 'enabled', now: 'running' }),
  ];
}
