import type { Inventory } from '../../config/machine.js';
import { namedServices } from '../../config/names.js';
import type { Site } from '../../config/site.js';
import { absent } from '../host/absent.js';
import { file } from '../host/file.js';
import { rereadUnits, type Resource } from '../host/resource.js';
import { service } from '../host/service.js';
import { renewalScript } from './renewal-script.js';
import { certificatePath, type ServerCertificate } from './server-certificate.js';

const vaultPort = 8200;

/**
 * What renews a machine's certificate when a third of its life is left, without the orchestrator: a timer that asks once
 * a day. A renewal that fails is a failed unit and is tried again the next day, for four months.
 */
export function certificateRenewal(site: Site, inventory: Inventory, wanted: ServerCertificate): Resource[] {
  const vault = namedServices(site, inventory).find((named) => named.service === 'vault');
  if (vault === undefined) return [];
  const { script, unit, timer, timerUnit } = filesOf(wanted.name);
  const vaultUrl = `https://${vault.name}:${vaultPort}`;
  return [
    file({ path: script, content: renewalScript(wanted, { vaultUrl }), mode: '0700' }),
    file({ path: unit, content: renewalUnit(wanted.name, script), notify: [rereadUnits] }),
    file({ path: timer, content: renewalTimer(wanted.name), notify: [rereadUnits] }),
    service({ unit: timerUnit, boot: 'enabled', now: 'running' }),
  ];
}

/** The units that renew a certificate. */
export function renewalUnits(name: string): { service: string; timer: string } {
  const unit = `socle-certificate-${name}`;
  return { service: `${unit}.service`, timer: `${unit}.timer` };
}

/** A certificate's file, its next key and its renewal, taken away. */
export function absentCertificate(name: string): Resource[] {
  const { script, unit, timer, timerUnit } = filesOf(name);
  return [
    service({ unit: timerUnit, boot: 'disabled', now: 'stopped' }),
    ...[unit, timer].map((path) => absent({ path, notify: [rereadUnits] })),
    ...[script, certificatePath(name), `${certificatePath(name)}.key`].map((path) => absent({ path })),
  ];
}

type Files = { script: string; unit: string; timer: string; timerUnit: string };

function filesOf(name: string): Files {
  const units = renewalUnits(name);
  return {
    script: certificatePath(name).replace(/\.pem$/, '.renewal'),
    unit: `/etc/systemd/system/${units.service}`,
    timer: `/etc/systemd/system/${units.timer}`,
    timerUnit: units.timer,
  };
}

function renewalUnit(name: string, script: string): string {
  return `[Unit]
Description=Renewal of the certificate ${name}
Documentation=https://developer.hashicorp.com/vault/api-docs/auth/cert
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=/bin/sh ${script}
TimeoutStartSec=5min
NoNewPrivileges=yes
ProtectHome=yes
PrivateTmp=yes
`;
}

function renewalTimer(name: string): string {
  return `[Unit]
Description=Daily look at the certificate ${name}

[Timer]
OnCalendar=daily
RandomizedDelaySec=4h
Persistent=yes

[Install]
WantedBy=timers.target
`;
}
