import { configurationPath, registryAccount, registryPaths, type RegistryInstance } from './settings.js';

/** What a network service that writes to one folder needs of the machine, and nothing else. */
export const hardening = [
  'NoNewPrivileges=yes',
  'CapabilityBoundingSet=',
  'ProtectSystem=strict',
  'ProtectHome=yes',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'ProtectClock=yes',
  'ProtectHostname=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelTunables=yes',
  'ProtectControlGroups=yes',
  'ProtectProc=invisible',
  'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX',
  'RestrictNamespaces=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'LockPersonality=yes',
  'MemoryDenyWriteExecute=yes',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'UMask=0027',
].join('\n');

export type RegistryUnit = {
  instance: RegistryInstance;
  /** Addresses and networks that may push; the kernel drops everybody else, whatever the firewall says. */
  pushers: readonly string[];
};

/** The unit of one instance. */
export function registryUnit({ instance, pushers }: RegistryUnit): string {
  const isPush = instance === 'push';
  const writes = [
    `ReadWritePaths=${registryPaths.storage}`,
    'IPAddressDeny=any',
    ...['localhost', ...pushers].map((network) => `IPAddressAllow=${network}`),
  ];
  return `[Unit]
Description=Image registry, ${isPush ? 'pushing' : 'pulling'}
Documentation=https://distribution.github.io/distribution/
Wants=network-online.target
After=network-online.target

[Service]
User=${registryAccount}
Group=${registryAccount}
ExecStart=${registryPaths.program} serve ${configurationPath(instance)}
# Version 3 would look for a collector of traces.
Environment=OTEL_TRACES_EXPORTER=none
Restart=always
RestartSec=2
LimitNOFILE=65536
${[...(isPush ? writes : []), hardening].join('\n')}

[Install]
WantedBy=multi-user.target
`;
}
