import type { SimulatedMachine } from './machine.js';
import { templatePackages } from './packages.js';

/** Kernel settings as a Debian 12 boots with them. */
export const kernelDefaults: Record<string, string> = {
  'net.ipv4.ip_forward': '0',
  'net.ipv4.conf.all.rp_filter': '2',
  'net.ipv4.conf.default.rp_filter': '2',
  'net.ipv4.conf.all.accept_redirects': '0',
  'net.ipv4.conf.default.accept_redirects': '1',
  'net.ipv4.conf.all.secure_redirects': '1',
  'net.ipv4.conf.default.secure_redirects': '1',
  'net.ipv4.conf.all.send_redirects': '1',
  'net.ipv4.conf.default.send_redirects': '1',
  'net.ipv4.conf.all.accept_source_route': '0',
  'net.ipv4.conf.default.accept_source_route': '0',
  'net.ipv4.conf.all.log_martians': '0',
  'net.ipv4.conf.default.log_martians': '0',
  'net.ipv4.icmp_echo_ignore_broadcasts': '1',
  'net.ipv4.icmp_ignore_bogus_error_responses': '1',
  'net.ipv4.tcp_syncookies': '1',
  'net.ipv4.tcp_rfc1337': '0',
  'net.ipv4.ip_nonlocal_bind': '0',
  'net.ipv6.conf.all.accept_ra': '1',
  'net.ipv6.conf.default.accept_ra': '1',
  'net.ipv6.conf.all.accept_redirects': '1',
  'net.ipv6.conf.default.accept_redirects': '1',
  'net.ipv6.conf.all.accept_source_route': '0',
  'net.ipv6.conf.default.accept_source_route': '0',
  'net.ipv6.conf.all.forwarding': '0',
  'net.ipv6.conf.all.disable_ipv6': '0',
  'net.ipv6.conf.default.disable_ipv6': '0',
  'net.core.bpf_jit_harden': '0',
  'net.core.somaxconn': '4096',
  'kernel.kptr_restrict': '0',
  'kernel.dmesg_restrict': '1',
  'kernel.randomize_va_space': '2',
  'kernel.unprivileged_bpf_disabled': '2',
  'kernel.yama.ptrace_scope': '0',
  'kernel.perf_event_paranoid': '3',
  'kernel.sysrq': '438',
  'kernel.core_pattern': 'core',
  'kernel.core_uses_pid': '0',
  'kernel.panic': '0',
  'kernel.panic_on_oops': '0',
  'kernel.kexec_load_disabled': '0',
  'kernel.pid_max': '4194304',
  'fs.suid_dumpable': '0',
  'fs.protected_hardlinks': '1',
  'fs.protected_symlinks': '1',
  'fs.protected_fifos': '1',
  'fs.protected_regular': '2',
  'fs.inotify.max_user_instances': '128',
  'fs.inotify.max_user_watches': '65536',
  'fs.file-max': '9223372036854775807',
  'vm.swappiness': '60',
  'vm.overcommit_memory': '0',
  'vm.panic_on_oom': '0',
  'vm.max_map_count': '65530',
};

/** Settings that exist only while br_netfilter is loaded. */
export const bridgeSettings = ['net.bridge.bridge-nf-call-iptables', 'net.bridge.bridge-nf-call-ip6tables'];

const files: Record<string, string> = {
  '/etc/os-release':
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian\n',
  '/etc/debian_version': '12.7\n',
  '/etc/passwd':
    'root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nsshd:x:100:65534::/run/sshd:/usr/sbin/nologin\n',
  '/etc/shadow': 'root:*:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\nsshd:!:19000::::::\n',
  '/etc/group': 'root:x:0:\nadm:x:4:\nsudo:x:27:\noperator:x:37:\nusers:x:100:\nnogroup:x:65534:\n',
  '/etc/sudoers':
    'Defaults\tenv_reset\nroot\tALL=(ALL:ALL) ALL\n%sudo\tALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n',
  '/etc/ssh/sshd_config':
    'Include /etc/ssh/sshd_config.d/*.conf\nKbdInteractiveAuthentication no\nUsePAM yes\nX11Forwarding yes\nPrintMotd no\nSubsystem sftp /usr/lib/openssh/sftp-server\n',
  '/etc/hosts': '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n',
  '/etc/hostname': 'localhost\n',
  '/etc/resolv.conf': '# empty\n',
  '/etc/fstab': '# <file system> <mount point> <type> <options> <dump> <pass>\n',
  '/etc/login.defs': 'UMASK\t\t022\nPASS_MAX_DAYS\t99999\n',
  '/etc/issue': 'Debian GNU/Linux 12 \\n \\l\n',
  '/etc/issue.net': 'Debian GNU/Linux 12\n',
  '/etc/motd': '',
  '/etc/apt/sources.list.d/debian.sources':
    'Types: deb\nURIs: http://deb.debian.org/debian\nSuites: bookworm\nComponents: main\n',
  '/etc/systemd/timesyncd.conf': '[Time]\n',
  '/etc/systemd/resolved.conf': '[Resolve]\n',
  '/proc/cpuinfo': 'processor\t: 0\n',
  '/sys/class/net/lo/address': '00:00:00:00:00:00\n',
};

const folders = [
  '/root',
  '/home',
  '/tmp',
  '/run',
  '/var/lib',
  '/var/log',
  '/var/log/audit',
  '/etc/sudoers.d',
  '/etc/ssh/sshd_config.d',
  '/etc/sysctl.d',
  '/etc/modules-load.d',
  '/etc/modprobe.d',
  '/etc/systemd/system',
  '/etc/systemd/network',
  '/etc/apt/apt.conf.d',
  '/etc/audit/rules.d',
  '/etc/security/limits.d',
  '/etc/profile.d',
  '/usr/local/share/ca-certificates',
  '/etc/ssl/certs',
  '/etc/cloud/cloud.cfg.d',
  '/sys/module',
  '/proc/sys',
  '/mnt',
];

/** A minimal Debian 12 cloud image. */
export async function baseImage(machine: SimulatedMachine): Promise<void> {
  for (const folder of folders) await machine.files.mkdir(folder, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    await machine.files.mkdir(path.slice(0, path.lastIndexOf('/')) || '/', { recursive: true });
    await machine.files.writeFile(path, content);
  }
  await machine.files.chmod('/etc/shadow', 0o640);
  machine.files.setOwner('/etc/shadow', { group: 'shadow' });
  await machine.files.chmod('/etc/sudoers', 0o440);
  for (const name of templatePackages) machine.packages.add(name);
  for (const unit of ['ssh.service', 'systemd-networkd.service', 'systemd-timesyncd.service', 'cron.service'])
    machine.enabled.add(unit);
  machine.files.takeWritten();
}
