import { unitHardening } from '../../../host/unit-hardening.js';
import { configurationPath, registryAccount, registryPaths, type RegistryInstance } from './settings.js';

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
${[...(isPush ? writes : []), unitHardening].join('\n')}

[Install]
WantedBy=multi-user.target
`;
}
