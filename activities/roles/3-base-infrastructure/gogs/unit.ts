import { unitHardening } from '../../../host/unit-hardening.js';
import { gogsAccount, gogsPaths } from './settings.js';

/** The unit of Gogs. After the hardening, which takes every capability away, stands the one for its port. */
export function gogsUnit(): string {
  return `[Unit]
Description=Gogs
Documentation=https://gogs.io/docs
Wants=network-online.target
After=network-online.target
ConditionFileNotEmpty=${gogsPaths.configuration}

[Service]
${programWith(gogsPaths.configuration)}
Restart=always
RestartSec=2
${unitHardening}
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
AmbientCapabilities=CAP_NET_BIND_SERVICE

[Install]
WantedBy=multi-user.target
`;
}

/** Runs once, for the first user, and not longer than that takes, even when nobody is left to stop it. */
export function firstUserUnit(folder: string, configuration: string): string {
  return `[Unit]
Description=Gogs before it has a user

[Service]
${programWith(configuration)}
RuntimeMaxSec=120
ReadWritePaths=${folder}
${unitHardening}
`;
}

/** It keeps relative paths in its data folder and writes git's configuration to its home. */
function programWith(configuration: string): string {
  return `User=${gogsAccount}
Group=${gogsAccount}
WorkingDirectory=${gogsPaths.data}
Environment=GOGS_WORK_DIR=${gogsPaths.data} HOME=${gogsPaths.data} USER=${gogsAccount}
ExecStart=${gogsPaths.program} web --config ${configuration}
LimitNOFILE=65536
ReadWritePaths=${gogsPaths.data}`;
}
