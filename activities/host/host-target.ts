import type { Machine } from '../../config/machine.js';
import type { Secrets } from '../../config/secrets.js';
import type { Site } from '../../config/site.js';
import { splitHostPort } from '../../config/site/address.js';
import type { SshTarget } from '../clients/ssh/target.js';

/** Which host keys a step accepts: the final ones, or also the one that cloud-init gave the machine. */
export type HostKeyStage = 'final' | 'bootstrap';

/**
 * A machine as the SSH client reaches it: Socle's account with the current and the previous operator key, the machine's
 * current and previous host key, by its zone's jump host when there is one.
 */
export async function hostTarget(
  site: Site,
  machine: Machine,
  secrets: Secrets,
  stage: HostKeyStage = 'final',
): Promise<SshTarget> {
  const { jumpHost } = site.zones[machine.zone];
  const privateKeys = versions(site.secrets.versions.operatorKey).map(
    (version) => secrets.operatorKey(version).privateKey,
  );
  return {
    name: machine.name,
    address: machine.address,
    port: machine.sshPort,
    user: site.ssh.user,
    privateKeys,
    hostKeys: hostKeys(site, machine, secrets, stage),
    ...(jumpHost === undefined
      ? {}
      : {
          jumpHost: {
            name: `jump host of ${machine.zone}`,
            address: splitHostPort(jumpHost.address, 22).host,
            port: splitHostPort(jumpHost.address, 22).port,
            user: jumpHost.user,
            privateKeys:
              jumpHost.privateKey === undefined ? privateKeys : [await secrets.resolve(jumpHost.privateKey)],
            hostKeys: [jumpHost.hostKey],
          },
        }),
  };
}

/** Machines that another team delivers keep the key they came with. */
function hostKeys(site: Site, machine: Machine, secrets: Secrets, stage: HostKeyStage): string[] {
  if (machine.existingHostKey !== undefined) return [machine.existingHostKey];
  return versions(site.secrets.versions.hostKeys).flatMap((version) => [
    secrets.hostKey(machine.name, version).publicKey,
    ...(stage === 'bootstrap' ? [secrets.bootstrapHostKey(machine.name, version).publicKey] : []),
  ]);
}

/** The current version and the one before it, which a host has until it was rotated there. */
function versions(current: number): number[] {
  return current > 1 ? [current, current - 1] : [current];
}
