import { splitHostPort } from '../config/site/address.js';
import { prefixLength } from '../config/ipv4.js';
import type { Machine } from '../config/machine.js';
import type { Site } from '../config/site.js';

/** What makes a new machine reachable: its host key, known before it exists, and the one account that may log in. */
export type FirstBootKeys = {
  /** OpenSSH ed25519 key pair that the machine's sshd uses from its first start. */
  hostKey: { privateKey: string; publicKey: string };
  /** `ssh-ed25519 AAAA… comment` of Socle's own account. */
  operatorPublicKey: string;
  /** Authorities that it trusts, as files of its store. */
  authorities: readonly { path: string; content: string }[];
};

type SiteOfMachine = Pick<Site, 'domain' | 'ssh' | 'zones' | 'dns'>;

const defaultSshPort = 22;
const defaultCard = 'eth0';

/**
 * cloud-init user data for a machine's first boot. JSON is YAML, so that no quoting can go wrong.
 * Holds the private host key: readable in the hypervisor until cloud-init has redacted it, and replaced by prepare-vms.
 * @see https://docs.cloud-init.io/en/latest/reference/modules.html
 */
export function userDataOf(machine: Machine, site: SiteOfMachine, keys: FirstBootKeys): string {
  const { user, port } = site.ssh;
  const files = [
    ...(port === defaultSshPort ? [] : [sshdPort(port)]),
    ...keys.authorities.map((authority) => ({ ...authority, permissions: '0644' })),
  ];
  const config = {
    hostname: machine.name,
    fqdn: `${machine.name}.${site.domain}`,
    users: [
      {
        name: user,
        gecos: 'Socle',
        shell: '/bin/bash',
        lock_passwd: true,
        sudo: 'ALL=(ALL) NOPASSWD:ALL',
        ssh_authorized_keys: [keys.operatorPublicKey.trim()],
      },
    ],
    disable_root: true,
    ssh_pwauth: false,
    // Whatever keys the template was saved with must not live on; with ssh_keys no other type is made.
    ssh_deletekeys: true,
    ssh_keys: {
      ed25519_private: ended(keys.hostKey.privateKey),
      ed25519_public: ended(keys.hostKey.publicKey),
    },
    ...(files.length === 0 ? {} : { write_files: files }),
    // Has the store brought up to date, after the files. In `trusted` 22.4 would write all into one file of its own, and
    // for a file of several certificates there are no links by hash.
    ...(keys.authorities.length === 0 ? {} : { ca_certs: { remove_defaults: false } }),
  };
  return `#cloud-config\n${JSON.stringify(config, null, 2)}\n`;
}

/**
 * cloud-init metadata with the machine's static address. The card is found by its MAC address, which every renderer
 * understands (NetworkManager reads no name patterns), and gets the name that the site file gives it.
 * @param macAddress as the hypervisor assigned it
 * @see https://docs.cloud-init.io/en/latest/reference/datasources/vmware.html
 */
export function metaDataOf(machine: Machine, site: SiteOfMachine, macAddress: string): string {
  const zone = site.zones[machine.zone];
  const name = zone.interface ?? defaultCard;
  const card = {
    match: { macaddress: macAddress.toLowerCase() },
    // Always: without it networkd and sysconfig match the MAC address and a name that no card has.
    'set-name': name,
    dhcp4: false,
    dhcp6: false,
    // Without it the first boot waits twelve seconds for a router that announces itself.
    'accept-ra': false,
    addresses: [`${machine.address}/${prefixLength(zone.cidr)}`],
    // Not "default": cloud-init 22.4 refuses that word for every renderer but netplan.
    routes: [{ to: '0.0.0.0/0', via: zone.gateway }],
    nameservers: {
      addresses: (zone.dns ?? site.dns.servers).map((server) => splitHostPort(server, 53).host),
      search: [site.domain],
    },
    mtu: zone.mtu,
  };
  const metaData = {
    'instance-id': machine.instanceUuid,
    'local-hostname': machine.name,
    network: { version: 2, ethernets: { [name]: card } },
    redact: ['userdata', 'vendordata'],
  };
  return JSON.stringify(metaData, null, 2);
}

function sshdPort(port: number): { path: string; permissions: string; content: string } {
  return {
    path: '/etc/ssh/sshd_config.d/00-socle-port.conf',
    permissions: '0600',
    content: `Port ${port}\n`,
  };
}

/** OpenSSH refuses a private key whose last line does not end. */
function ended(text: string): string {
  return `${text.trimEnd()}\n`;
}
