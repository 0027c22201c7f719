import type { Machine } from '../../../config/machine.js';
import type { Site } from '../../../config/site.js';

/** Where the two families of distributions differ. */
export type OperatingSystem = {
  name: Site['templates']['default']['os'];
  family: 'debian' | 'redhat';
  sshUnit: string;
  chronyUnit: string;
  chronyFile: string;
  /** Where a package manager looks for the authorities it trusts. */
  authorityFile: string;
  updateAuthorities: string;
  /** PEM of all authorities that the distribution trusts. */
  trustedAuthorities: string;
};

/** What the site file says the machine's template is. */
export function operatingSystemOf(site: Site, machine: Machine): OperatingSystem {
  const { os } = site.templates[machine.group] ?? site.templates.default;
  return os.startsWith('debian') || os.startsWith('ubuntu')
    ? {
        name: os,
        family: 'debian',
        sshUnit: 'ssh.service',
        chronyUnit: 'chrony.service',
        chronyFile: '/etc/chrony/chrony.conf',
        authorityFile: '/usr/local/share/ca-certificates/socle-artifacts.crt',
        updateAuthorities: 'update-ca-certificates',
        trustedAuthorities: '/etc/ssl/certs/ca-certificates.crt',
      }
    : {
        name: os,
        family: 'redhat',
        sshUnit: 'sshd.service',
        chronyUnit: 'chronyd.service',
        chronyFile: '/etc/chrony.conf',
        authorityFile: '/etc/pki/ca-trust/source/anchors/socle-artifacts.pem',
        updateAuthorities: 'update-ca-trust',
        trustedAuthorities: '/etc/pki/tls/certs/ca-bundle.crt',
      };
}

/** Nodes of the clusters that get Longhorn; the DMZ has none, so nothing of iSCSI and NFS either. */
export function carriesVolumes(machine: Machine): boolean {
  return isNode(machine) && machine.zone !== 'dmz';
}

/** Kubernetes nodes of any cluster. */
export function isNode(machine: Machine): boolean {
  return /^(apps|middleware)-|^dmz-node$/.test(machine.group);
}
