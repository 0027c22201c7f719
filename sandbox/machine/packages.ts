/** A package of the simulated mirror: what it brings. */
export type Package = {
  name: string;
  commands: string[];
  units: string[];
  files: Record<string, string>;
  /** System account → its home, which is made too. */
  accounts: Record<string, string>;
};

const bring = (name: string, more: Partial<Package> = {}): Package => ({
  name,
  commands: [],
  units: [],
  files: {},
  accounts: {},
  ...more,
});

/** Serves nothing, but HAProxy starts with it: the socket for administrators is one that listens. */
const haproxyOfPackage = `# Serves nothing until frontends and backends are added.
global
    log /dev/log local0
    chroot /var/lib/haproxy
    stats socket /run/haproxy/admin.sock mode 660 level admin
    stats timeout 30s
    user haproxy
    group haproxy
    daemon

defaults
    log global
    mode http
    option httplog
    option dontlognull
    timeout connect 5000
    timeout client 50000
    timeout server 50000
`;

/** Packages of the template and of the mirror, Debian 12 names. What is not here cannot be located. */
export const packageCatalogue: readonly Package[] = [
  bring('sudo', { commands: ['sudo', 'visudo'] }),
  bring('openssh-server', { commands: ['sshd'], units: ['ssh.service'] }),
  bring('openssh-client', { commands: ['ssh', 'ssh-keygen'] }),
  bring('cloud-init', { commands: ['cloud-init'] }),
  bring('iproute2', { commands: ['ip', 'ss'] }),
  bring('procps', { commands: ['sysctl'] }),
  bring('kmod', { commands: ['modprobe', 'lsmod'] }),
  bring('openssl', { commands: ['openssl'] }),
  bring('ca-certificates', { commands: ['update-ca-certificates'] }),
  bring('chrony', {
    commands: ['chronyc'],
    units: ['chrony.service'],
    files: { '/etc/chrony/chrony.conf': 'pool 2.debian.pool.ntp.org iburst\n' },
  }),
  bring('nftables', {
    commands: ['nft'],
    units: ['nftables.service'],
    files: { '/etc/nftables.conf': '#!/usr/sbin/nft -f\n\nflush ruleset\n' },
  }),
  bring('auditd', {
    commands: ['auditctl', 'augenrules'],
    units: ['auditd.service'],
    files: { '/etc/audit/rules.d/audit.rules': '-D\n-b 8192\n' },
  }),
  bring('unattended-upgrades', {
    commands: ['unattended-upgrade'],
    units: ['unattended-upgrades.service'],
    files: { '/etc/apt/apt.conf.d/50unattended-upgrades': '// default\n' },
  }),
  bring('haproxy', {
    commands: ['haproxy'],
    units: ['haproxy.service'],
    files: { '/etc/haproxy/haproxy.cfg': haproxyOfPackage },
    accounts: { haproxy: '/var/lib/haproxy' },
  }),
  bring('docker-registry', {
    commands: ['docker-registry'],
    units: ['docker-registry.service'],
    files: { '/usr/bin/docker-registry': 'the program\n' },
  }),
  bring('keepalived', { commands: ['keepalived'], units: ['keepalived.service'] }),
  bring('git', { commands: ['git'] }),
  bring('sqlite3', { commands: ['sqlite3'] }),
  bring('curl', { commands: ['curl'] }),
  bring('netcat-openbsd', { commands: ['nc'] }),
  bring('unzip', { commands: ['unzip'] }),
  bring('rsyslog', { units: ['rsyslog.service'], files: { '/etc/rsyslog.conf': '# default\n' } }),
  bring('rsyslog-openssl'),
  bring('apparmor', { units: ['apparmor.service'] }),
  bring('apparmor-utils'),
  bring('libpam-pwquality', { files: { '/etc/security/pwquality.conf': '# default\n' } }),
  bring('libpam-tmpdir'),
  bring('needrestart'),
  bring('systemd-timesyncd', { units: ['systemd-timesyncd.service'] }),
  bring('e2fsprogs', { commands: ['mkfs.ext4'] }),
  bring('xfsprogs', { commands: ['mkfs.xfs'] }),
  ...[
    'gnupg',
    'jq',
    'lsb-release',
    'open-iscsi',
    'nfs-common',
    'cryptsetup',
    'bash-completion',
    'vim-tiny',
    'less',
    'tar',
    'gzip',
    'zstd',
    'acl',
    'logrotate',
    'cron',
    'apt-listchanges',
    'python3',
    'dbus',
    'open-vm-tools',
    'dnsutils',
    'bind9-dnsutils',
    'tcpdump',
    'ethtool',
    'conntrack',
    'socat',
    'ipset',
    'iptables',
    'util-linux',
    'parted',
    'multipath-tools',
    'libnss-myhostname',
    'debsums',
    'apt-transport-https',
    'audispd-plugins',
    'chrony-dbg',
    'rsync',
    'xz-utils',
    'polkitd',
  ].map((name) => bring(name)),
];

/** What the cloud template has before anything is prepared. */
export const templatePackages: readonly string[] = [
  'sudo',
  'openssh-server',
  'openssh-client',
  'cloud-init',
  'iproute2',
  'procps',
  'kmod',
  'openssl',
  'ca-certificates',
  'e2fsprogs',
  'python3',
  'dbus',
  'open-vm-tools',
  'util-linux',
  'systemd-timesyncd',
  'less',
  'tar',
  'gzip',
  'cron',
  'logrotate',
];
