set -eu
umask 022
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
mode=apply state=/run/socle changed='' nl='
'
begin() { resource=$1; notify=$2; difference=; }
differs() {
  difference="$difference$1$nl"
  [ "$mode" = apply ] || return 1
  for mark in $notify; do
    [ -d "$state/handlers" ] || mkdir -p "$state/handlers"
    : >"$state/handlers/$mark"
  done
}
finish() {
  if [ -z "$difference" ]; then
    printf '{"resource":%s,"state":"ok"}\n' "$resource"
    return 0
  fi
  result=todo
  if [ "$mode" = apply ]; then
    result=changed
    changed="$changed $part"
  fi
  text=
  rest=$difference
  while [ -n "$rest" ]; do
    text="$text${rest%%"$nl"*}\\n"
    rest=${rest#*"$nl"}
  done
  case $difference in *\\* | *\"*) text= ;; esac
  case $text in '' | *[![:print:]]*) text="base64:$(printf %s "$difference" | base64 | tr -d '\n')" ;; esac
  printf '{"resource":%s,"state":"%s","diff":"%s"}\n' "$resource" "$result" "$text"
}
forget_seen() { files_seen=$nl sums_seen=$nl units_seen=$nl; }
see_files() {
  files_seen="$nl$(stat -c '%n %f %U:%G' "$@" 2>/dev/null || :)$nl"
  sums_seen="$nl$(sha256sum "$@" 2>/dev/null || :)$nl"
}
see_units() {
  unit='' enabled='' active=''
  while read -r line; do
    case $line in
      'Id='*) unit=${line#*=} ;;
      'UnitFileState='*) enabled=${line#*=} ;;
      'ActiveState='*) active=${line#*=} ;;
      '') units_seen="$units_seen$unit $enabled $active$nl" unit='' enabled='' active='' ;;
    esac
  done <<END
$(systemctl show --property=Id,UnitFileState,ActiveState "$@" 2>/dev/null || :)

END
}
seen_path() {
  case $files_seen in *"$nl$1 $2$nl"*) return 0 ;; esac
  return 1
}
seen_file() {
  case $sums_seen in *"$nl$3  $1$nl"*) seen_path "$1" "$2" ;; *) return 1 ;; esac
}
seen_unit() {
  case $units_seen in *"$nl$1 $2 $3$nl"*) return 0 ;; esac
  return 1
}
unit_state() {
  state_seen=
  case $units_seen in *"$nl$1 "*) state_seen=${units_seen#*"$nl$1 "} state_seen=${state_seen%%"$nl"*} ;; esac
}
runs() { seen_unit "$1" enabled active || systemctl is-active --quiet "$1"; }
starts_at_boot() {
  if seen_unit "$1" enabled active || seen_unit "$1" enabled inactive; then return 0; fi
  [ "$(systemctl is-enabled "$1" 2>/dev/null || :)" = enabled ]
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
make_new() {
  if [ "$2" != 644 ]; then
    new=$(mktemp "$1.XXXXXX")
    printf %s "$6" >"$new" && chmod "$2" "$new"
    return
  fi
  new="$1.socle-$$"
  if [ -e "$new" ] || [ -L "$new" ]; then rm -f "$new"; fi
  set -C
  if printf %s "$6" >"$new"; then set +C; else return 1; fi
}
hand_over() {
  if [ "$3" = root:root ] && [ ! -g "${1%/*}" ]; then return 0; fi
  chown "$3" "$new"
}
replace() {
  if [ ! -d "${1%/*}" ]; then mkdir -p "${1%/*}"; fi
  if make_new "$@" && hand_over "$@" && eval "$5" && mv -f "$new" "$1"; then
    label "$1"
    return 0
  fi
  rm -f "$new"
  exit 1
}
file() {
  if seen_file "$1" "$7 $3" "$8"; then return 0; fi
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
      what="$what$nl$(printf %s "$6" | diff -u "$1" - 2>/dev/null | sed -n '/^--- /d;/^+++ /d;s/^\([-+].\{0,159\}\).*/\1/p' | head -n 12)"
    fi
  fi
  if differs "$what"; then replace "$@"; fi
}
see_settings() { settings="$nl$(sysctl -e "$@" 2>/dev/null | tr '\t' ' ')$nl" unset=''; }
kernel_setting() {
  now=unknown
  case $settings in
    *"$nl$1 = $2$nl"*) return 0 ;;
    *"$nl$1 = "*) now=${settings#*"$nl$1 = "} now=${now%%"$nl"*} ;;
  esac
  if [ -e /run/systemd/container ] && [ ! -w "$3" ]; then return 0; fi
  if differs "$1: $now -> $2"; then unset="$unset$1=$2$nl"; fi
}
write_settings() {
  if [ -n "$unset" ]; then printf %s "$unset" | sysctl -q -p -; fi
}
service() {
  case $2:$3 in
    enabled:running) if seen_unit "$1" enabled active || seen_unit "$1" static active; then return 0; fi ;;
    masked:stopped) if seen_unit "$1" masked inactive; then return 0; fi ;;
  esac
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
part_0() {
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
' 81a4 3d4ccbac96fc0ebbe99386a8ab29b3bde17f3443e81351d7f1e8ea821e79e8da
finish
}
part_1() {
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
net.ipv4.ip_nonlocal_bind = 1
' 81a4 10f39e67a07d3c41ce2597e285649ab80bb3efaad6e0304d30a8b42ed04f731e
see_settings kernel.dmesg_restrict kernel.kptr_restrict kernel.randomize_va_space kernel.yama.ptrace_scope fs.protected_hardlinks fs.protected_symlinks fs.suid_dumpable net.ipv4.conf.all.accept_redirects net.ipv4.conf.default.accept_redirects net.ipv4.conf.all.send_redirects net.ipv4.conf.default.send_redirects net.ipv4.conf.all.accept_source_route net.ipv4.conf.all.rp_filter net.ipv4.conf.default.rp_filter net.ipv4.icmp_echo_ignore_broadcasts net.ipv4.tcp_syncookies net.ipv6.conf.all.accept_redirects net.ipv6.conf.all.accept_ra net.ipv4.ip_nonlocal_bind
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
kernel_setting net.ipv4.ip_nonlocal_bind 1 /proc/sys/net/ipv4/ip_nonlocal_bind
write_settings
finish
}
part_2() {
begin '"file /etc/issue"' ''
file /etc/issue 644 root:root shown : 'This system is for authorised use only. What is done here is recorded.
' 81a4 7542e9da238e4d4f0acd9651c8471d3e50d3cbc43c93e89fb0171643854313e3
finish
}
part_3() {
begin '"file /etc/issue.net"' ''
file /etc/issue.net 644 root:root shown : 'This system is for authorised use only. What is done here is recorded.
' 81a4 7542e9da238e4d4f0acd9651c8471d3e50d3cbc43c93e89fb0171643854313e3
finish
}
part_4() {
begin '"file /etc/profile.d/90-socle.sh"' ''
file /etc/profile.d/90-socle.sh 644 root:root shown : 'umask 027
TMOUT=1800
readonly TMOUT
' 81a4 cc1d402b14a9131c18929c430abd95b49ae52e1d2df44449f33a2aa99838a7db
finish
}
part_5() {
begin '"file /etc/security/limits.d/90-socle.conf"' ''
file /etc/security/limits.d/90-socle.conf 644 root:root shown : '* hard core 0
* soft core 0
' 81a4 d1f2d1017c98657d11b5d7aba2af4566c5f92f419fb4258f484029fc83593149
finish
}
part_6() {
begin '"file /etc/systemd/coredump.conf.d/90-socle.conf"' ''
file /etc/systemd/coredump.conf.d/90-socle.conf 644 root:root shown : '[Coredump]
Storage=none
ProcessSizeMax=0
' 81a4 6868e6143a5f267d1917b20f970db2219d8be52ede292e97a0e8410da0061a7f
finish
}
part_7() {
begin '"file /etc/ssh/sshd_config.d/00-socle-port.conf"' reload-ssh.service
file /etc/ssh/sshd_config.d/00-socle-port.conf 600 root:root shown : 'Port 2222
' 8180 bdc45620d3cbb299dd7f748340f858226752470f6ce378000a4f5485bf35070e
finish
}
part_8() {
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
' 8180 7201accdc1cb0922b8b033c7f4a2dea39002bf2a29d59c4832dce56472fd77dc
finish
}
part_9() {
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
' 81a0 b5e0ac859e8f2598777c8e60a58b3094865733ea8df117a5963aea103575a8e6
finish
}
part_10() {
begin '"service auditd.service"' ''
if [ ! -e /run/systemd/container ]; then
service auditd.service enabled running
fi
finish
}
part_11() {
begin '"file /etc/rsyslog.d/90-socle.conf"' restart-rsyslog.service
file /etc/rsyslog.d/90-socle.conf 644 root:root shown : 'module(load="imfile")
input(type="imfile" File="/var/log/audit/audit.log" Tag="audit" Severity="info" Facility="local6")
global(DefaultNetstreamDriverCAFile="/etc/ssl/certs/ca-certificates.crt")
*.* action(type="omfwd" protocol="tcp" target="127.10.0.2" port="6514"
  StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="127.10.0.2"
  queue.type="LinkedList" queue.filename="socle" queue.maxDiskSpace="256m" queue.saveOnShutdown="on"
  action.resumeRetryCount="-1")
' 81a4 d15cce9254a7ddfda303a1a2dde2ef9a30b303fdb5b3b58d48397448329aabe6
finish
}
part_12() {
begin '"service rsyslog.service"' ''
service rsyslog.service enabled running
finish
}
part_13() {
begin '"file /etc/apt/apt.conf.d/52-socle-updates"' ''
file /etc/apt/apt.conf.d/52-socle-updates 644 root:root shown : '#clear Unattended-Upgrade::Origins-Pattern;
Unattended-Upgrade::Origins-Pattern { "origin=*,codename=${distro_codename}-security"; "origin=*,suite=*-security"; };
Unattended-Upgrade::Package-Blacklist { "^linux-"; "^haproxy"; "^keepalived"; };
Unattended-Upgrade::Automatic-Reboot "false";
Unattended-Upgrade::MinimalSteps "true";
Unattended-Upgrade::SyslogEnable "true";
' 81a4 b62e5b3263fae90e60c45f135c4c8a0dfd418bee61175bb0920696e5a9a495c3
finish
}
part_14() {
begin '"file /etc/apt/apt.conf.d/20auto-upgrades"' ''
file /etc/apt/apt.conf.d/20auto-upgrades 644 root:root shown : 'APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
APT::Periodic::AutocleanInterval "7";
' 81a4 2b0d4c4924428a54a1191fc4f2eb720451cb9e56577a16cffecf178436a0ec79
finish
}
part_15() {
begin '"file /etc/needrestart/conf.d/90-socle.conf"' ''
file /etc/needrestart/conf.d/90-socle.conf 644 root:root shown : '$nrconf{restart} = '\''l'\'';
' 81a4 29a87672baccb7f514d4e249ea78e57527816bee923946ea848853af558d4bf1
finish
}
part_16() {
begin '"service apt-daily-upgrade.timer"' ''
service apt-daily-upgrade.timer enabled running
finish
}
part_17() {
begin '"reload ssh.service"' ''
handler reload-ssh.service 'systemctl reload-or-restart ssh.service'
finish
}
part_18() {
begin '"load audit-rules"' ''
handler load-audit-rules 'if [ ! -e /run/systemd/container ]; then augenrules --load >/dev/null; fi'
finish
}
part_19() {
begin '"restart rsyslog.service"' ''
handler restart-rsyslog.service 'systemctl restart rsyslog.service'
finish
}
look() {
forget_seen
see_files /etc/modprobe.d/90-socle.conf /etc/sysctl.d/90-socle.conf /etc/issue /etc/issue.net /etc/profile.d/90-socle.sh /etc/security/limits.d/90-socle.conf /etc/systemd/coredump.conf.d/90-socle.conf /etc/ssh/sshd_config.d/00-socle-port.conf /etc/ssh/sshd_config.d/01-socle.conf /etc/audit/rules.d/90-socle.rules /etc/rsyslog.d/90-socle.conf /etc/apt/apt.conf.d/52-socle-updates /etc/apt/apt.conf.d/20auto-upgrades /etc/needrestart/conf.d/90-socle.conf
see_units auditd.service rsyslog.service apt-daily-upgrade.timer
}
main() {
[ -d "$state" ] || mkdir -p "$state"
exec 9>"$state/lock"
flock -w 120 9 || exit 75
look
set -- part_0 part_1 part_2 part_3 part_4 part_5 part_6 part_7 part_8 part_9 part_10 part_11 part_12 part_13 part_14 part_15 part_16 part_17 part_18 part_19
for part in "$@"; do "$part"; done
if [ -n "$changed" ]; then sync -f /etc; fi
printf '{"end":true}\n'
}
main </dev/null
