import type { Machine } from '../../../config/machine.js';
import type { Site } from '../../../config/site.js';
import { packages } from '../../host/packages.js';
import type { Resource } from '../../host/resource.js';
import type { PrepareVmsInputs } from './inputs.js';
import { carriesVolumes, type OperatingSystem } from './os.js';

const common = ['ca-certificates', 'chrony', 'curl', 'nftables', 'openssl', 'sudo', 'xfsprogs'];
const byFamily = {
  debian: ['auditd', 'iproute2', 'netcat-openbsd', 'unattended-upgrades', 'e2fsprogs'],
  redhat: ['audit', 'iproute', 'nmap-ncat', 'dnf-automatic', 'e2fsprogs'],
} as const;

/** What Longhorn needs on its nodes: longhorn.io/docs, installation requirements. */
const nodePackages = {
  debian: ['open-iscsi', 'nfs-common', 'cryptsetup'],
  redhat: ['iscsi-initiator-utils', 'nfs-utils', 'cryptsetup'],
} as const;

/** TLS by OpenSSL: the driver by GnuTLS looks for a prime of its own at each start, for up to a second. */
const syslogPackages = ['rsyslog', 'rsyslog-openssl'];

/** The packages that later steps and roles take for granted; `nc` is what the probes use. */
export function basePackages(
  site: Site,
  machine: Machine,
  { family }: OperatingSystem,
  inputs: PrepareVmsInputs,
): Resource {
  const names = [
    ...common,
    ...byFamily[family],
    ...(carriesVolumes(machine) ? nodePackages[family] : []),
    ...(site.syslog === undefined ? [] : syslogPackages),
    ...inputs.extraPackages,
  ];
  return packages([...new Set(names)].sort());
}
