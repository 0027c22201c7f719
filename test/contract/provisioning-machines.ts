import { gunzipSync } from 'node:zlib';
import { Server, type Connection } from 'ssh2';
import type { Hardware, MachineRuntime } from '../../sandbox/runtime.js';

type UserData = {
  ssh_keys: { ed25519_private: string };
  users: { ssh_authorized_keys: string[] }[];
  write_files?: { content: string }[];
};
type MetaData = {
  network: { ethernets: Record<string, { match: { macaddress: string }; addresses: string[] }> };
};

/**
 * Machines that do of a first boot what SSH needs: take the address, the host key and the operator's key that cloud-init
 * gives them. Each refuses as many logins as it is told to, as while systemd still starts it.
 */
export function sshMachines(replacedKey?: string, refusedLogins = 0): MachineRuntime & { close: () => void } {
  const running = new Map<string, { server: Server; address: string; name: string }>();
  const stop = (instanceUuid: string): void => {
    running.get(instanceUuid)?.server.close();
    running.delete(instanceUuid);
  };
  return {
    powerOn: async (hardware) => {
      if (running.has(hardware.instanceUuid)) return;
      const userData = JSON.parse(guestInfo(hardware, 'userdata').replace('#cloud-config\n', '')) as UserData;
      const { network } = JSON.parse(guestInfo(hardware, 'metadata')) as MetaData;
      const card = Object.values(network.ethernets).find(
        ({ match }) => match.macaddress === hardware.macAddress,
      );
      const address = card?.addresses[0]?.split('/')[0];
      if (address === undefined) return;
      const port = Number(/^Port (\d+)/.exec(userData.write_files?.[0]?.content ?? '')?.[1] ?? 22);
      let refusals = refusedLogins;
      const operatorKey = userData.users[0]?.ssh_authorized_keys[0]?.split(' ')[1];
      const server = new Server({ hostKeys: [replacedKey ?? userData.ssh_keys.ed25519_private] }, (client) =>
        letIn(client, (key) => key === operatorKey && (refusals -= 1) < 0),
      );
      await new Promise<void>((resolve) => server.listen(port, address, resolve));
      running.set(hardware.instanceUuid, { server, address, name: hardware.name });
    },
    powerOff: async (instanceUuid) => stop(instanceUuid),
    destroy: async (instanceUuid) => stop(instanceUuid),
    guest: (instanceUuid) => {
      const machine = running.get(instanceUuid);
      return machine === undefined
        ? undefined
        : { toolsRunning: true, hostName: machine.name, addresses: [machine.address] };
    },
    close: () => [...running.keys()].forEach(stop),
  };
}

/** Every command of whoever has the key succeeds. */
function letIn(client: Connection, isWelcome: (key: string) => boolean): void {
  client
    .on('error', () => undefined)
    .on('authentication', (login) => {
      // A key without a signature only asks whether it would do.
      const offered = login.method === 'publickey' ? login.key.data.toString('base64') : undefined;
      if (offered !== undefined && (login.method !== 'publickey' || !login.signature || isWelcome(offered)))
        login.accept();
      else login.reject(['publickey']);
    })
    .on('session', (accept) => {
      accept().on('exec', (answer) => {
        const channel = answer();
        channel.exit(0);
        channel.end();
      });
    });
}

function guestInfo({ guestInfo }: Hardware, name: string): string {
  return gunzipSync(Buffer.from(guestInfo[`guestinfo.${name}`] ?? '', 'base64')).toString();
}
