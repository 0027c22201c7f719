import { gunzipSync } from 'node:zlib';
import { Server } from 'ssh2';
import type { Hardware, MachineRuntime } from '../../sandbox/runtime.js';

type UserData = { ssh_keys: { ed25519_private: string }; write_files?: { content: string }[] };
type MetaData = {
  network: { ethernets: Record<string, { match: { macaddress: string }; addresses: string[] }> };
};

/** Machines that do of a first boot what SSH needs: take the address and the host key that cloud-init gives them. */
export function sshMachines(replacedKey?: string): MachineRuntime & { close: () => void } {
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
      const server = new Server({ hostKeys: [replacedKey ?? userData.ssh_keys.ed25519_private] }, (client) =>
        client.on('error', () => undefined),
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

function guestInfo({ guestInfo }: Hardware, name: string): string {
  return gunzipSync(Buffer.from(guestInfo[`guestinfo.${name}`] ?? '', 'base64')).toString();
}
