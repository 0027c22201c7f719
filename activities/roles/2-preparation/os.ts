import type { Machine } from '../../../config/machine.js';
import type { Site } from '../../../config/site.js';
import { trustStoreOf, type TrustStore } from '../../host/trust-store.js';

/** Where the two families of distributions differ. */
export type OperatingSystem = {
  name: Site['templates']['default']['os'];
  family: 'debian' | 'redhat';
  sshUnit: string;
  chronyUnit: string;
  chronyFile: string;
  trust: TrustStore;
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
        trust: trustStoreOf(os),
      }
    : {
        name: os,
        family: 'redhat',
        sshUnit: 'sshd.service',
        chronyUnit: 'chronyd.service',
        chronyFile: '/etc/chrony.conf',
        trust: trustStoreOf(os),
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
