import { isIPv4 } from 'node:net';
import { addressMatches } from './firewall.js';

const services: Record<string, number> = { ssh: 22, domain: 53, http: 80, ntp: 123, https: 443 };

/**
 * Whether a port is one of `22`, `ssh`, `8000-8300`.
 * @throws Error in nft's words for a port that cannot be, so that a typing mistake never passes for a rule.
 */
export function portMatcher(patterns: readonly string[]): (port: number) => boolean {
  const ranges = patterns.map((pattern) => {
    const [first, last = first] = pattern.split('-').map(portNumber);
    return [first!, last!] as const;
  });
  return (port) => ranges.some(([first, last]) => port >= first && port <= last);
}

function portNumber(word: string): number {
  const number = /^\d+$/.test(word) ? Number(word) : services[word];
  if (number === undefined) throw new Error(`Error: Could not resolve service: ${word}`);
  if (number > 65_535) throw new Error(`Error: Value ${word} exceeds valid range 0-65535`);
  return number;
}

/**
 * Whether an address is one of `10.0.0.1`, `10.0.0.0/8`, `10.0.0.1-10.0.0.9`.
 * @throws Error in nft's words for an address or prefix length that cannot be.
 */
export function addressMatcher(patterns: readonly string[]): (address: string) => boolean {
  for (const pattern of patterns) {
    const [network = '', bits = '32'] = pattern.split('/');
    const wrong = network.split('-').find((address) => !isIPv4(address));
    if (wrong !== undefined) throw new Error(`Error: Could not resolve hostname: ${wrong}`);
    if (!/^\d+$/.test(bits) || Number(bits) > 32)
      throw new Error(`Error: invalid prefix length ${bits} in ${pattern}`);
  }
  return (address) => patterns.some((pattern) => addressMatches(address, pattern));
}

/** IANA's numbers of the protocols that firewalls of hosts name. */
const protocols: Record<string, number> = {
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  esp: 50,
  ah: 51,
  'ipv6-icmp': 58,
  icmpv6: 58,
  vrrp: 112,
  sctp: 132,
};

/** Whether a protocol is one of `tcp`, `vrrp`, `112`. @throws Error in nft's words for one that is none. */
export function protocolMatcher(names: readonly string[]): (protocol: string) => boolean {
  const numbers = names.map((name) => (/^\d+$/.test(name) ? Number(name) : protocols[name]));
  const unknown = numbers.indexOf(undefined);
  if (unknown >= 0) throw new Error(`Error: Could not resolve protocol name: ${names[unknown]}`);
  return (protocol) => numbers.includes(protocols[protocol]);
}

const states = ['new', 'established', 'related', 'invalid', 'untracked'];

/** Whether a connection's first packet is meant. @throws Error in nft's words for a state that is none. */
export function meansNew(named: readonly string[]): boolean {
  const wrong = named.find((state) => !states.includes(state));
  if (wrong !== undefined) throw new Error(`Error: Could not parse conntrack state: ${wrong}`);
  return named.includes('new');
}
