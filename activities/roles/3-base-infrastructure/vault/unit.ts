import { unitHardening } from '../../../host/unit-hardening.js';
import { paths, vaultAccount } from './server-settings.js';

/** What a running Vault began with: its configuration, its environment and the program itself. */
export const startedWith = '/run/vault/started-with';
export const startsWith = `sha256sum ${paths.configuration} ${paths.environment} && stat -c '%s %Y' ${paths.program}`;

/**
 * The unit of a node. A Vault that stops is sealed, so it is stopped only where somebody opens it again: a reload reads
 * certificates and opens the audit files anew, nothing else.
 */
export function vaultUnit(): string {
  const folders = [paths.data, paths.logs].join(' ');
  return `[Unit]
Description=Vault
Documentation=https://developer.hashicorp.com/vault/docs
Wants=network-online.target
After=network-online.target
ConditionFileNotEmpty=${paths.configuration}
StartLimitIntervalSec=0

[Service]
Type=notify
User=${vaultAccount}
Group=${vaultAccount}
RuntimeDirectory=vault
EnvironmentFile=${paths.environment}
ExecStartPre=+/bin/sh -c "(${startsWith.replaceAll('%', '%%')}) >${startedWith}"
ExecStart=${paths.program} server -config=${paths.configuration}
ExecReload=/bin/kill -HUP $MAINPID
KillMode=process
KillSignal=SIGINT
TimeoutStopSec=30
Restart=on-failure
RestartSec=2
LimitNOFILE=65536
LimitCORE=0
ReadWritePaths=${folders}
${unitHardening}

[Install]
WantedBy=multi-user.target
`;
}
