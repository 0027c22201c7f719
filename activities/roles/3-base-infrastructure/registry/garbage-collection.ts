import { unitHardening } from '../../../host/unit-hardening.js';
import { configurationPath, registryAccount, registryPaths, registryUnits } from './settings.js';

/**
 * Garbage collection as a unit. Nothing may be pushed meanwhile, so it and the pushing instance exclude each other; pulls go
 * on. However it ends the pushing instance is started again (by systemd after its end: a unit that starts what it excludes
 * cancels itself), and after a power cut it starts at boot.
 *
 * Untagged manifests are kept: before version 3 the program takes the images of an index for untagged and deletes them.
 * @see https://distribution.github.io/distribution/about/garbage-collection/
 */
export function collectionUnit(): string {
  return `[Unit]
Description=Garbage collection of the image registry
Documentation=https://distribution.github.io/distribution/about/garbage-collection/
Conflicts=${registryUnits.push}
After=${registryUnits.push}
OnSuccess=${registryUnits.push}
OnFailure=${registryUnits.push}

[Service]
Type=oneshot
User=${registryAccount}
Group=${registryAccount}
ExecStart=${registryPaths.program} garbage-collect ${configurationPath('push')}
Environment=OTEL_TRACES_EXPORTER=none
TimeoutStartSec=6h
ReadWritePaths=${registryPaths.storage}
IPAddressDeny=any
${unitHardening}
`;
}

/** Once a week, at night. The spread keeps two machines from collecting at once, so that one of them takes pushes. */
export function collectionTimer(): string {
  return `[Unit]
Description=Garbage collection of the image registry, every week

[Timer]
OnCalendar=Sun 03:00
RandomizedDelaySec=2h
FixedRandomDelay=yes
Persistent=yes

[Install]
WantedBy=timers.target
`;
}
