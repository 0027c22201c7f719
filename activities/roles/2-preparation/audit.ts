import type { Site } from '../../../config/site.js';
import { file } from '../../host/file.js';
import { restart, withOwnKernel, type Resource } from '../../host/resource.js';
import { service } from '../../host/service.js';
import type { OperatingSystem } from './os.js';

/** Who changed accounts, logins, time, network, kernel modules, mounts, and Socle's own files. */
const rules = `-D
-b 8192
-f 1
-w /etc/passwd -p wa -k identity
-w /etc/shadow -p wa -k identity
-w /etc/group -p wa -k identity
-w /etc/gshadow -p wa -k identity
-w /etc/sudoers -p wa -k scope
-w /etc/sudoers.d/ -p wa -k scope
-w /etc/ssh/ -p wa -k sshd
-w /etc/socle/ -p wa -k socle
-w /etc/hosts -p wa -k network
-w /var/log/wtmp -p wa -k session
-w /var/log/btmp -p wa -k session
-w /usr/bin/sudo -p x -k privileged
-a always,exit -F arch=b64 -S adjtimex,settimeofday,clock_settime -k time
-a always,exit -F arch=b64 -S sethostname,setdomainname -k network
-a always,exit -F arch=b64 -S init_module,finit_module,delete_module -k modules
-a always,exit -F arch=b64 -S mount,umount2 -F auid>=1000 -F auid!=unset -k mounts
-a always,exit -F arch=b64 -S unlink,unlinkat,rename,renameat,renameat2 -F auid>=1000 -F auid!=unset -k deletion
`;

/** Loads the rules; a container has no audit subsystem of its own. */
const load = {
  name: 'load-audit-rules',
  command: 'if [ ! -e /run/systemd/container ]; then augenrules --load >/dev/null; fi',
};

/** auditd and, when the site names a collector, system and audit logs to it over TLS. */
export function audit(site: Site, os: OperatingSystem, syslogAuthority: string | undefined): Resource[] {
  return [
    file({ path: '/etc/audit/rules.d/90-socle.rules', mode: '0640', content: rules, notify: [load] }),
    withOwnKernel(service({ unit: 'auditd.service', boot: 'enabled', now: 'running' })),
    ...(site.syslog === undefined ? [] : forwarding(site.syslog, os, syslogAuthority)),
  ];
}

/** @see https://www.rsyslog.com/doc/configuration/modules/omfwd.html */
function forwarding(
  { server, port }: NonNullable<Site['syslog']>,
  { trust }: OperatingSystem,
  authority: string | undefined,
): Resource[] {
  const authorityFile = '/etc/socle/syslog-ca.pem';
  const notify = [restart('rsyslog.service')];
  const host = server.split(':')[0] ?? server;
  const content = `module(load="imfile")
input(type="imfile" File="/var/log/audit/audit.log" Tag="audit" Severity="info" Facility="local6")
global(DefaultNetstreamDriverCAFile="${authority === undefined ? trust.bundle : authorityFile}")
*.* action(type="omfwd" protocol="tcp" target="${host}" port="${port}"
  StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="${host}"
  queue.type="LinkedList" queue.filename="socle" queue.maxDiskSpace="256m" queue.saveOnShutdown="on"
  action.resumeRetryCount="-1")
`;
  return [
    ...(authority === undefined
      ? []
      : [file({ path: authorityFile, content: `${authority.trimEnd()}\n`, notify })]),
    file({ path: '/etc/rsyslog.d/90-socle.conf', content, notify }),
    service({ unit: 'rsyslog.service', boot: 'enabled', now: 'running' }),
  ];
}
