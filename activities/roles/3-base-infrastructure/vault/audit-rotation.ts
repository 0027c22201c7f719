import { paths, vaultAccount } from './server-settings.js';

/**
 * Vault answers nobody while none of its audit devices can be written to: so there are two, on two disks where a machine
 * has them, and a log that grows too large is put aside at once. After a rename Vault writes to the old file until it is told.
 * @see https://developer.hashicorp.com/vault/docs/audit/file#log-file-rotation
 */
export function auditRotation(): string {
  return `# Written by Socle.
${paths.audit.join(' ')} {
  daily
  maxsize 200M
  rotate 30
  missingok
  notifempty
  compress
  delaycompress
  su ${vaultAccount} ${vaultAccount}
  create 0600 ${vaultAccount} ${vaultAccount}
  sharedscripts
  postrotate
    systemctl kill --signal=HUP --kill-who=main vault.service 2>/dev/null || true
  endscript
}
`;
}
