/** Units that prepare-vms masks because the table inet socle stands in their place. */
export const replacedUnits = {
  /** The last two come with the NFS client, which needs them for NFS 3 only, and listen to everybody. */
  stopped: ['ufw.service', 'firewalld.service', 'rpcbind.socket', 'rpcbind.service'],
  /** Stopping it would flush everybody's rules, so it only must not start again. */
  left: ['nftables.service'],
} as const;
