import { unitHardening } from '../../../host/unit-hardening.js';
import { gogsAccount, gogsPaths } from './settings.js';

/**
 * The unit of Gogs. It keeps relative paths in its data folder and writes git's configuration to its home. After the
 * hardening, which takes every capability away, stands the one for its port.
 */
export function gogsUnit(): string {
  return `[Unit]
Description=Gogs
Documentation=https://gogs.io/docs
Wants=network-online.target
After=network-online.target
ConditionFileNotEmpty=${gogsPaths.configuration}

[Service]
User=${gogsAccount}
Group=${gogsAccount}
WorkingDirectory=${gogsPaths.data}
Environment=GOGS_WORK_DIR=${gogsPaths.data} HOME=${gogsPaths.data} USER=${gogsAccount}
ExecStart=${gogsPaths.program} web --config ${gogsPaths.configuration}
Restart=always
RestartSec=2
LimitNOFILE=65536
ReadWritePaths=${gogsPaths.data}
${unitHardening}
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
AmbientCapabilities=CAP_NET_BIND_SERVICE

[Install]
WantedBy=multi-user.target
`;
}
