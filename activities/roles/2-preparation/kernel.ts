import type { Machine } from '../../../config/machine.js';
import { blockedModules, kernelModules } from '../../host/kernel-modules.js';
import type { Resource } from '../../host/resource.js';
import { sysctl } from '../../host/sysctl.js';
import { carriesVolumes, isNode } from './os.js';

/** For every machine. rp_filter 2 (loose): a load balancer with two addresses in two networks answers on either. */
const common = {
  'kernel.dmesg_restrict': 1,
  'kernel.kptr_restrict': 2,
  'kernel.randomize_va_space': 2,
  'kernel.yama.ptrace_scope': 1,
  'fs.protected_hardlinks': 1,
  'fs.protected_symlinks': 1,
  'fs.suid_dumpable': 0,
  'net.ipv4.conf.all.accept_redirects': 0,
  'net.ipv4.conf.default.accept_redirects': 0,
  'net.ipv4.conf.all.send_redirects': 0,
  'net.ipv4.conf.default.send_redirects': 0,
  'net.ipv4.conf.all.accept_source_route': 0,
  'net.ipv4.conf.all.rp_filter': 2,
  'net.ipv4.conf.default.rp_filter': 2,
  'net.ipv4.icmp_echo_ignore_broadcasts': 1,
  'net.ipv4.tcp_syncookies': 1,
  'net.ipv6.conf.all.accept_redirects': 0,
  'net.ipv6.conf.all.accept_ra': 0,
} as const;

/** What kubelet, Canal and file watchers in pods need; kubelet itself insists on the last three (protectKernelDefaults). */
const forNodes = {
  'net.ipv4.ip_forward': 1,
  'net.bridge.bridge-nf-call-iptables': 1,
  'fs.inotify.max_user_instances': 8192,
  'fs.inotify.max_user_watches': 524288,
  'vm.max_map_count': 262144,
  'vm.overcommit_memory': 1,
  'kernel.panic': 10,
  'kernel.panic_on_oops': 1,
} as const;

/** Load balancers bind virtual addresses that the other of the pair may hold. */
const forLoadBalancers = { 'net.ipv4.ip_nonlocal_bind': 1 } as const;

/** File systems and protocols that nothing here needs, each with a history of faults that local users could use. */
const blocked = ['cramfs', 'freevxfs', 'jffs2', 'hfs', 'hfsplus', 'udf', 'dccp', 'sctp', 'rds', 'tipc'];

export function kernel(machine: Machine): Resource[] {
  const node = isNode(machine);
  const settings = {
    ...common,
    ...(node ? forNodes : {}),
    ...(machine.group.startsWith('lb-') ? forLoadBalancers : {}),
  };
  return [
    ...(node
      ? [
          kernelModules({
            path: '/etc/modules-load.d/90-socle.conf',
            names: ['overlay', 'br_netfilter', ...(carriesVolumes(machine) ? ['iscsi_tcp'] : [])],
          }),
        ]
      : []),
    blockedModules({ path: '/etc/modprobe.d/90-socle.conf', names: blocked }),
    sysctl({ path: '/etc/sysctl.d/90-socle.conf', settings }),
  ];
}
