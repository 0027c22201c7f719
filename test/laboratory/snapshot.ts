import type { Datacentre } from './datacentre.js';
import { asRoot } from './log-in.js';

/** What a machine is configured by: files, accounts, units, packet filter, kernel settings of the network, sshd. */
const script = `
find /etc /root /home /usr/local /var/lib/socle /run/systemd/system -xdev \\( -type f -o -type l \\) 2>/dev/null |
  grep -v -e '-$' -e '/etc/.updated' | sort |
  while read -r path; do
    if [ -L "$path" ]; then echo "link $path $(readlink "$path")"; else echo "file $path $(stat -c '%a %U:%G' "$path") $(sha256sum <"$path" | cut -c1-12)"; fi
  done
sed 's/^/passwd /' /etc/passwd
sed 's/^/group /' /etc/group
systemctl list-unit-files --no-legend | sed 's/  */ /g; s/^/unit /'
systemctl list-units --type=service,socket,timer --state=active --no-legend --plain | cut -d' ' -f1 | sed 's/^/active /'
ss -H -lntu | sed 's/  */ /g' | cut -d' ' -f1,5 | sort -u | sed 's/^/listens /'
if command -v nft >/dev/null; then nft list tables; fi
sshd -T 2>/dev/null | sed 's/^/sshd /'
sysctl -a 2>/dev/null | grep -e '^net.ipv4.conf' -e '^net.ipv4.tcp' | sed 's/^/sysctl /'
`;

/** @returns one line for each thing */
export async function snapshot(datacentre: Datacentre, machine: string): Promise<string[]> {
  return (await asRoot(datacentre, machine, script)).trim().split('\n');
}

/** What is not as it was, by kind and name. */
export function differences(before: readonly string[], after: readonly string[]): string[] {
  const changed = [
    ...before.filter((line) => !after.includes(line)),
    ...after.filter((line) => !before.includes(line)),
  ];
  return [...new Set(changed.map(nameOf))].sort();
}

/** `file PATH`, `unit NAME`, `sysctl KEY`, `group NAME`; other kinds have no value beside their name. */
function nameOf(line: string): string {
  return /^((file|link|unit|sysctl) \S+|(passwd|group) [^:]+)/.exec(line)?.[0] ?? line;
}
