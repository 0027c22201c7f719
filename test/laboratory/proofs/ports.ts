import { beforeAll, describe, expect, test } from 'vitest';
import { computeInventory } from '../../../config/inventory.js';
import { loadSite } from '../../../config/load.js';
import { networkSpan, addressNumber } from '../../../config/ipv4.js';
import { inboundRules } from '../../../config/ports/flows.js';
import { machineNamespace, namespace, within } from '../../../laboratory/names.js';
import type { Datacentre } from '../datacentre.js';
import { program } from '../laboratory.js';
import { asRoot, machineOf } from '../log-in.js';
import type { Answers } from '../scan-ports.js';

const [strayTcp, strayUdp] = [23_456, 23_457];
const udpPorts = [53, 68, 111, 123, 161, 514, 8472, strayUdp];

/** Listens on every address, on ports that no rule names. */
const stray = `systemd-run --quiet --collect --unit=stray python3 -c '
import socket
tcp = socket.create_server(("", ${strayTcp}))
udp = socket.socket(type=socket.SOCK_DGRAM)
udp.bind(("", ${strayUdp}))
while True: udp.sendto(*udp.recvfrom(64))'
until ss -H -lnu | grep -q ':${strayUdp} '; do sleep 0.1; done
`;

const managementAddress = '10.60.0.1';

/**
 * In the same zone, in another, and from where Socle works. No pair both ways: two that try each other's ports at once
 * meet in TCP's simultaneous open (RFC 9293, section 3.5), which looks like an answer.
 */
const pairs = [
  { target: 'vault-1', source: 'vault-2' },
  { target: 'vault-1', source: 'dmz-node-1' },
  { target: 'vault-1', source: 'management' },
  { target: 'apps-master-1', source: 'apps-master-2' },
  { target: 'lb-lan-1', source: 'dmz-node-1' },
  { target: 'dmz-node-1', source: 'apps-master-2' },
];

/** What answers on a machine, of all TCP ports, tried from other machines. */
export function ports(given: () => Datacentre, machines: readonly string[]): void {
  describe('of all TCP ports and the usual UDP ports', () => {
    const found = new Map<unknown, Answers>();
    let atHome: Answers;
    beforeAll(async () => {
      const targets = [...new Set(pairs.map(({ target }) => target))];
      await Promise.all(targets.map((target) => asRoot(given(), target, stray)));
      // From the machine itself, where nothing is in between: what listens is found.
      const home = scan(given(), 'vault-1', 'vault-1').then((answers) => (atHome = answers));
      const scans = pairs.map(async (pair) => found.set(pair, await scan(given(), pair.source, pair.target)));
      await Promise.all([home, ...scans]).finally(() =>
        Promise.all(targets.map((target) => asRoot(given(), target, 'systemctl stop stray\n'))),
      );
    }, 120_000);

    test('a program that listens on an undeclared port is found by the machine itself', () => {
      expect(atHome.open).toEqual(expect.arrayContaining([22, strayTcp]));
      expect(atHome.open.length + atHome.refused.length).toBe(65_535);
      expect(atHome.udp).toEqual(udpPorts);
    });

    test.each(pairs)('$target answers $source on what the port table declares', async (pair) => {
      const { open, refused, udp } = found.get(pair)!;
      const declared = (protocol: string) => declaredPorts(given(), machines, pair, protocol);
      expect([...open, ...refused].sort((a, b) => a - b)).toEqual(await declared('tcp'));
      expect(open).toEqual(pair.source === 'management' ? [22] : []);
      expect(udp).toEqual((await declared('udp')).filter((port) => udpPorts.includes(port)));
    });
  });
}

async function scan(datacentre: Datacentre, source: string, target: string): Promise<Answers> {
  const place = source === 'management' ? namespace : machineNamespace(source);
  const { address } = await machineOf(datacentre, target);
  const node = [process.execPath, '--import', 'tsx', 'test/laboratory/scan-ports.ts'];
  const ran = await program([...within(place), ...node, address, ...udpPorts.map(String)]);
  if (ran.code !== 0) throw new Error(`${source} → ${target}: ${ran.stderr}`);
  return JSON.parse(ran.stdout) as Answers;
}

/** Ports that the table lets in on one machine from another, if the site had only these machines. */
async function declaredPorts(
  { site: file }: Datacentre,
  names: readonly string[],
  { target, source }: { target: string; source: string },
  protocol: string,
): Promise<number[]> {
  const site = await loadSite(file);
  const whole = computeInventory(site);
  const inventory = { ...whole, machines: whole.machines.filter(({ name }) => names.includes(name)) };
  const address = whole.machines.find(({ name }) => name === source)?.address ?? managementAddress;
  const declared = inboundRules(site, inventory, target)
    .filter((rule) => rule.protocol === protocol && rule.sources.some((from) => covers(from, address)))
    .flatMap((rule) => rule.ports.map(Number));
  return [...new Set(declared)].sort((a, b) => a - b);
}

function covers(source: string, address: string): boolean {
  const { first, last } = networkSpan(source.includes('/') ? source : `${source}/32`)!;
  const number = addressNumber(address)!;
  return first <= number && number <= last;
}
