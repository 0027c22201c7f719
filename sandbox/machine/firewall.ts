/** A packet that asks to come in: the first of a new connection. VRRP has no ports: 0. */
export type Packet = { source: string; protocol: 'tcp' | 'udp' | 'vrrp'; port: number };

/** One rule: all its conditions must hold for its verdict to count. */
export type FirewallRule = {
  text: string;
  holds: (packet: Packet) => boolean;
  verdict: 'accept' | 'drop' | 'reject' | undefined;
};

/** Input chain of one nftables table. */
export type FirewallTable = {
  family: string;
  name: string;
  policy: 'accept' | 'drop';
  rules: FirewallRule[];
  text: string;
};

/** What the tables together say to a packet; a drop in any of them is final, as in the kernel. */
export function verdictOf(tables: Iterable<FirewallTable>, packet: Packet): 'accept' | 'drop' | 'reject' {
  for (const table of tables) {
    const rule = table.rules.find((candidate) => candidate.verdict !== undefined && candidate.holds(packet));
    const verdict = rule?.verdict ?? table.policy;
    if (verdict !== 'accept') return verdict;
  }
  return 'accept';
}

/** True when an address lies in `10.0.0.0/8`, `10.0.0.1-10.0.0.9` or is the address itself. */
export function addressMatches(address: string, pattern: string): boolean {
  const value = number(address);
  if (pattern.includes('-')) {
    const [first, last] = pattern.split('-');
    return value >= number(first!) && value <= number(last!);
  }
  const [network, bits = '32'] = pattern.split('/');
  const size = 2 ** (32 - Number(bits));
  return Math.floor(value / size) === Math.floor(number(network!) / size);
}

function number(address: string): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}
