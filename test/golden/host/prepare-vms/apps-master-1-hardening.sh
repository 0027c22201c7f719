set -eu
umask 022
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
mode=apply state=/run/socle
begin() { resource=$1; notify=$2; difference=; }
differs() {
  difference="$difference$1
"
  [ "$mode" = apply ] || return 1
  for mark in $notify; do
    mkdir -p "$state/handlers"
    : >"$state/handlers/$mark"
  done
}
finish() {
  if [ -z "$difference" ]; then
    printf '{"resource":%s,"state":"ok"}\n' "$resource"
    return 0
  fi
  result=todo
  if [ "$mode" = apply ]; then result=changed; fi
  printf '{"resource":%s,"state":"%s","diff":"%s"}\n' "$resource" "$result" "$(printf %s "$difference" | base64 | tr -d '\n')"
}
label() {
  if command -v restorecon >/dev/null; then restorecon "$1"; fi
}
attributes() {
  now=$(stat -c '%a %U:%G' "$1")
  if [ "$now" != "$2 $3" ]; then
    if differs "$1: $now -> $2 $3"; then
      chown "$3" "$1"
      chmod "$2" "$1"
    fi
  fi
}
replace() {
  mkdir -p "${1%/*}"
  new=$(mktemp "$1.XXXXXX")
  if printf %s "$6" >"$new" && chown "$3" "$new" && chmod "$2" "$new" && eval "$5" && mv -f "$new" "$1"; then
    label "$1"
    return 0
  fi
  rm -f "$new"
  exit 1
}
file() {
  now=
  if [ -f "$1" ] && [ ! -L "$1" ]; then now=$(cat "$1" && printf x); fi
  if [ "$now" = "$6x" ]; then
    attributes "$1" "$2" "$3"
    return 0
  fi
  what="$1: missing"
  if [ -n "$now" ]; then
    what="$1: other content"
    if [ "$4" = shown ]; then
      what="$what
$(printf %s "$6" | diff -u "$1" - 2>/dev/null | grep '^[-+]' | grep -v '^--- ' | grep -v '^+++ ' | cut -c 1-160 | head -n 12)"
    fi
  fi
  if differs "$what"; then replace "$@"; fi
}
kernel_module() {
  if [ -e /run/systemd/container ] || [ -d "/sys/module/$1" ]; then return 0; fi
  if differs "$1: not loaded"; then modprobe "$1"; fi
}
kernel_settings() { settings=$(sysctl -e "$@" 2>/dev/null | tr '\t' ' '); }
kernel_setting() {
  case "
$settings
" in
    *"
$1 = $2
"*) return 0 ;;
  esac
  if [ -e /run/systemd/container ] && [ ! -w "$3" ]; then return 0; fi
  now=$(sysctl -n "$1" 2>/dev/null | tr '\t' ' ')
  if differs "$1: ${now:-unknown} -> $2"; then sysctl -q -w "$1=$2"; fi
}
service() {
  now=$(systemctl is-enabled "$1" 2>/dev/null || :)
  case $2:$now in
    enabled:enabled | enabled:static | enabled:alias | disabled:disabled | disabled:not-found | disabled: | masked:masked) ;;
    enabled:*) if differs "$1: ${now:-unknown} -> enabled"; then systemctl enable --quiet "$1"; fi ;;
    disabled:*) if differs "$1: $now -> disabled"; then systemctl disable --quiet "$1"; fi ;;
    masked:*) if differs "$1: ${now:-unknown} -> masked"; then systemctl mask --quiet "$1" 2>/dev/null; fi ;;
  esac
  if [ "$3" = any ]; then return 0; fi
  now=stopped
  if systemctl is-active --quiet "$1"; then now=running; fi
  if [ "$now" = "$3" ]; then return 0; fi
  if differs "$1: $now -> $3"; then
    if [ "$3" = running ]; then systemctl start "$1"; else systemctl stop "$1"; fi
  fi
}
handler() {
  if [ ! -e "$state/handlers/$1" ]; then return 0; fi
  if differs pending; then
    eval "$2"
    rm -f "$state/handlers/$1"
  fi
}
main() {
mkdir -p "$state"
exec 9>"$state/lock"
flock -w 120 9 || exit 75
begin '"kernel modules overlay br_netfilter iscsi_tcp"' ''
file /etc/modules-load.d/90-socle.conf 644 root:root shown : 'overlay
br_netfilter
iscsi_tcp
'
kernel_module overlay
kernel_module br_netfilter
kernel_module iscsi_tcp
finish
begin '"blocked modules /etc/modprobe.d/90-socle.conf"' ''
file /etc/modprobe.d/90-socle.conf 644 root:root shown : 'blacklist cramfs
install cramfs /bin/false
blacklist freevxfs
install freevxfs /bin/false
blacklist jffs2
install jffs2 /bin/false
blacklist hfs
install hfs /bin/false
blacklist hfsplus
install hfsplus /bin/false
blacklist udf
install udf /bin/false
blacklist dccp
install dccp /bin/false
blacklist sctp
install sctp /bin/false
blacklist rds
install rds /bin/false
blacklist tipc
install tipc /bin/false
'
finish
begin '"kernel settings /etc/sysctl.d/90-socle.conf"' ''
file /etc/sysctl.d/90-socle.conf 644 root:root shown : 'kernel.dmesg_restrict = 1
kernel.kptr_restrict = 2
kernel.randomize_va_space = 2
kernel.yama.ptrace_scope = 1
fs.protected_hardlinks = 1
fs.protected_symlinks = 1
fs.suid_dumpable = 0
net.ipv4.conf.all.accept_redirects = 0
net.ipv4.conf.default.accept_redirects = 0
net.ipv4.conf.all.send_redirects = 0
net.ipv4.conf.default.send_redirects = 0
net.ipv4.conf.all.accept_source_route = 0
net.ipv4.conf.all.rp_filter = 2
net.ipv4.conf.default.rp_filter = 2
net.ipv4.icmp_echo_ignore_broadcasts = 1
net.ipv4.tcp_syncookies = 1
net.ipv6.conf.all.accept_redirects = 0
net.ipv6.conf.all.accept_ra = 0
net.ipv4.ip_forward = 1
net.bridge.bridge-nf-call-iptables = 1
fs.inotify.max_user_instances = 8192
fs.inotify.max_user_watches = 524288
vm.max_map_count = 262144
vm.overcommit_memory = 1
kernel.panic = 10
kernel.panic_on_oops = 1
'
kernel_settings kernel.dmesg_restrict kernel.kptr_restrict kernel.randomize_va_space kernel.yama.ptrace_scope fs.protected_hardlinks fs.protected_symlinks fs.suid_dumpable net.ipv4.conf.all.accept_redirects net.ipv4.conf.default.accept_redirects net.ipv4.conf.all.send_redirects net.ipv4.conf.default.send_redirects net.ipv4.conf.all.accept_source_route net.ipv4.conf.all.rp_filter net.ipv4.conf.default.rp_filter net.ipv4.icmp_echo_ignore_broadcasts net.ipv4.tcp_syncookies net.ipv6.conf.all.accept_redirects net.ipv6.conf.all.accept_ra net.ipv4.ip_forward net.bridge.bridge-nf-call-iptables fs.inotify.max_user_instances fs.inotify.max_user_watches vm.max_map_count vm.overcommit_memory kernel.panic kernel.panic_on_oops
kernel_setting kernel.dmesg_restrict 1 /proc/sys/kernel/dmesg_restrict
kernel_setting kernel.kptr_restrict 2 /proc/sys/kernel/kptr_restrict
kernel_setting kernel.randomize_va_space 2 /proc/sys/kernel/randomize_va_space
kernel_setting kernel.yama.ptrace_scope 1 /proc/sys/kernel/yama/ptrace_scope
kernel_setting fs.protected_hardlinks 1 /proc/sys/fs/protected_hardlinks
kernel_setting fs.protected_symlinks 1 /proc/sys/fs/protected_symlinks
kernel_setting fs.suid_dumpable 0 /proc/sys/fs/suid_dumpable
kernel_setting net.ipv4.conf.all.accept_redirects 0 /proc/sys/net/ipv4/conf/all/accept_redirects
kernel_setting net.ipv4.conf.default.accept_redirects 0 /proc/sys/net/ipv4/conf/default/accept_redirects
kernel_setting net.ipv4.conf.all.send_redirects 0 /proc/sys/net/ipv4/conf/all/send_redirects
kernel_setting net.ipv4.conf.default.send_redirects 0 /proc/sys/net/ipv4/conf/default/send_redirects
kernel_setting net.ipv4.conf.all.accept_source_route 0 /proc/sys/net/ipv4/conf/all/accept_source_route
kernel_setting net.ipv4.conf.all.rp_filter 2 /proc/sys/net/ipv4/conf/all/rp_filter
kernel_setting net.ipv4.conf.default.rp_filter 2 /proc/sys/net/ipv4/conf/default/rp_filter
kernel_setting net.ipv4.icmp_echo_ignore_broadcasts 1 /proc/sys/net/ipv4/icmp_echo_ignore_broadcasts
kernel_setting net.ipv4.tcp_syncookies 1 /proc/sys/net/ipv4/tcp_syncookies
kernel_setting net.ipv6.conf.all.accept_redirects 0 /proc/sys/net/ipv6/conf/all/accept_redirects
kernel_setting net.ipv6.conf.all.accept_ra 0 /proc/sys/net/ipv6/conf/all/accept_ra
kernel_setting net.ipv4.ip_forward 1 /proc/sys/net/ipv4/ip_forward
kernel_setting net.bridge.bridge-nf-call-iptables 1 /proc/sys/net/bridge/bridge-nf-call-iptables
kernel_setting fs.inotify.max_user_instances 8192 /proc/sys/fs/inotify/max_user_instances
kernel_setting fs.inotify.max_user_watches 524288 /proc/sys/fs/inotify/max_user_watches
kernel_setting vm.max_map_count 262144 /proc/sys/vm/max_map_count
kernel_setting vm.overcommit_memory 1 /proc/sys/vm/overcommit_memory
kernel_setting kernel.panic 10 /proc/sys/kernel/panic
kernel_setting kernel.panic_on_oops 1 /proc/sys/kernel/panic_on_oops
finish
begin '"file /etc/issue"' ''
file /etc/issue 644 root:root shown : 'This system is for authorised use only. What is done here is recorded.
'
finish
begin '"file /etc/issue.net"' ''
file /etc/issue.net 644 root:root shown : 'This system is for authorised use only. What is done here is recorded.
'
finish
begin '"file /etc/profile.d/90-socle.sh"' ''
file /etc/profile.d/90-socle.sh 644 root:root shown : 'umask 027
TMOUT=1800
readonly TMOUT
'
finish
begin '"file /etc/security/limits.d/90-socle.conf"' ''
file /etc/security/limits.d/90-socle.conf 644 root:root shown : '* hard core 0
* soft core 0
'
finish
begin '"file /etc/systemd/coredump.conf.d/90-socle.conf"' ''
file /etc/systemd/coredump.conf.d/90-socle.conf 644 root:root shown : '[Coredump]
Storage=none
ProcessSizeMax=0
'
finish
begin '"file /etc/ssh/sshd_config.d/00-socle-port.conf"' reload-ssh.service
file /etc/ssh/sshd_config.d/00-socle-port.conf 600 root:root shown : 'Port 2222
'
finish
begin '"file /etc/ssh/sshd_config.d/01-socle.conf"' reload-ssh.service
file /etc/ssh/sshd_config.d/01-socle.conf 600 root:root shown 'mkdir -p /run/sshd && cat "$new" /etc/ssh/sshd_config | sshd -t -f /dev/stdin' 'HostKey /etc/ssh/ssh_host_ed25519_key
permitrootlogin no
passwordauthentication no
kbdinteractiveauthentication no
pubkeyauthentication yes
permitemptypasswords no
permituserenvironment no
x11forwarding no
allowagentforwarding no
allowtcpforwarding no
maxauthtries 4
logingracetime 30
clientaliveinterval 60
clientalivecountmax 5
loglevel VERBOSE
banner /etc/issue.net
ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr
macs hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com
kexalgorithms sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512
AllowUsers socle admin-1
'
finish
begin '"file /etc/audit/rules.d/90-socle.rules"' load-audit-rules
file /etc/audit/rules.d/90-socle.rules 640 root:root shown : '-D
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
'
finish
begin '"service auditd.service"' ''
if [ ! -e /run/systemd/container ]; then
service auditd.service enabled running
fi
finish
begin '"file /etc/rsyslog.d/90-socle.conf"' restart-rsyslog.service
file /etc/rsyslog.d/90-socle.conf 644 root:root shown : 'module(load="imfile")
input(type="imfile" File="/var/log/audit/audit.log" Tag="audit" Severity="info" Facility="local6")
*.* action(type="omfwd" protocol="tcp" target="127.10.0.2" port="6514"
  StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="127.10.0.2"
  queue.type="LinkedList" queue.filename="socle" queue.maxDiskSpace="256m" queue.saveOnShutdown="on"
  action.resumeRetryCount="-1")
'
finish
begin '"service rsyslog.service"' ''
service rsyslog.service enabled running
finish
begin '"file /etc/apt/apt.conf.d/52-socle-updates"' ''
file /etc/apt/apt.conf.d/52-socle-updates 644 root:root shown : '#clear Unattended-Upgrade::Origins-Pattern;
Unattended-Upgrade::Origins-Pattern { "origin=*,codename=${distro_codename}-security"; "origin=*,suite=*-security"; };
Unattended-Upgrade::Package-Blacklist { "^linux-"; "^haproxy"; "^keepalived"; };
Unattended-Upgrade::Automatic-Reboot "false";
Unattended-Upgrade::MinimalSteps "true";
Unattended-Upgrade::SyslogEnable "true";
'
finish
begin '"file /etc/apt/apt.conf.d/20auto-upgrades"' ''
file /etc/apt/apt.conf.d/20auto-upgrades 644 root:root shown : 'APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
APT::Periodic::AutocleanInterval "7";
'
finish
begin '"file /etc/needrestart/conf.d/90-socle.conf"' ''
file /etc/needrestart/conf.d/90-socle.conf 644 root:root shown : '$nrconf{restart} = '\''l'\'';
'
finish
begin '"service apt-daily-upgrade.timer"' ''
service apt-daily-upgrade.timer enabled running
finish
begin '"reload ssh.service"' ''
handler reload-ssh.service 'systemctl reload-or-restart ssh.service'
finish
begin '"load audit-rules"' ''
handler load-audit-rules 'if [ ! -e /run/systemd/container ]; then augenrules --load >/dev/null; fi'
finish
begin '"restart rsyslog.service"' ''
handler restart-rsyslog.service 'systemctl restart rsyslog.service'
finish
printf '{"end":true}\n'
}
main </dev/null
