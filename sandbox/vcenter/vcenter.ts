import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault as InjectedFault, Faults, Journal, MachineRuntime, Waits } from '../runtime.js';
import { blobsIn } from './blobs.js';
import { serverCertificate } from './certificates.js';
import { replay } from './effects.js';
import { Fault } from './fault.js';
import { emptyInventory, type InventoryOptions } from './inventory.js';
import { hardwareOf } from './methods-power.js';
import { methods, needNoSession, subjectOf } from './methods.js';
import { powerByHand } from './power-by-hand.js';
import { readRequest, sentRefs, sentText } from './request.js';
import { Sessions } from './sessions.js';
import { Tasks } from './tasks.js';
import { data, ref, writeElement, type Value } from './value.js';
import type { World } from './world.js';

export type VcenterOptions = {
  address: string;
  port: number;
  journal: Journal;
  faults: Faults;
  waits: Waits;
  machines: MachineRuntime;
  stateFolder: string;
  username: string;
  password: string;
  inventory?: Partial<InventoryOptions>;
  denied?: readonly string[];
};

export type RunningVcenter = {
  url: string;
  caPem: string;
  /** Names of what is there beside the template: nothing of it may be left after a removal. */
  leftovers: () => { machines: string[]; rules: string[] };
  /** Switches a machine on or off as a person would in vCenter. @throws Error when it is so already, or not there. */
  powerByHand: (machine: string, power: 'on' | 'off') => Promise<void>;
  close: () => Promise<void>;
};

const standardInventory: InventoryOptions = {
  hosts: 8,
  drs: true,
  datastoreGiB: 200 * 1024,
  networks: ['pg-infra', 'pg-lan', 'pg-integration', 'pg-dmz'],
  template: 'debian-12-cloud',
};

/**
 * Starts the simulated vCenter with what its journal says; machines that were on are switched on again.
 * Faults of system `vcenter`: a method's name (`CloneVM_Task`) for its request and answer, `<method>.task` with kind
 * error for its task, `<method>.duration` with kind slow for how long the task takes. Their subject is the machine's name.
 */
export async function startVcenter(options: VcenterOptions): Promise<RunningVcenter> {
  const { address, port, journal, faults, waits, machines, stateFolder, username, password } = options;
  const inventory = emptyInventory({ ...standardInventory, ...options.inventory });
  const blobs = blobsIn(stateFolder);
  replay(inventory, journal, blobs);
  const world: World = {
    inventory,
    journal,
    blobs,
    faults,
    waits,
    machines,
    tasks: new Tasks(),
    sessions: new Sessions(username, password),
    denied: new Set(options.denied),
  };
  for (const machine of inventory.machines.values()) {
    if (machine.power === 'poweredOn' && machine.config !== undefined)
      await machines.powerOn(hardwareOf(machine, machine.config));
  }
  const { certificate, key, caPem } = serverCertificate(stateFolder, address);
  const server = createServer(
    { cert: certificate, key, minVersion: 'TLSv1.2' },
    (request, response) => void serve(world, request, response),
  );
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, address, resolve));
  const bound = server.address();
  const actual = typeof bound === 'object' && bound !== null ? bound.port : port;
  const leftovers = (): { machines: string[]; rules: string[] } => ({
    machines: [...inventory.machines.values()]
      .filter(({ config }) => config?.template !== true)
      .map(({ name }) => name),
    rules: inventory.rules.map(({ name }) => name),
  });
  return {
    url: `https://${address}:${actual}/sdk`,
    caPem,
    leftovers,
    powerByHand: (machine, power) => powerByHand(world, machine, power),
    close: () => close(server, world),
  };
}

async function close(server: Server, world: World): Promise<void> {
  world.tasks.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

async function serve(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url !== '/sdk' || request.method !== 'POST') {
    response.writeHead(404).end();
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const cookie = /vmware_soap_session="?([^";]+)/.exec(request.headers.cookie ?? '')?.[1];
  let injected: InjectedFault | undefined;
  try {
    const { method, call } = readRequest(Buffer.concat(chunks).toString('utf8'));
    injected = world.faults.take('vcenter', method, subjectOf(world, method, call));
    if (injected?.kind === 'reset') return void request.socket.destroy();
    if (injected?.kind === 'error')
      throw new Fault(String(injected.argument ?? 'SystemError'), {}, 'injected');
    if (injected?.kind === 'session-expired') world.sessions.end(world.sessions.keyOf(cookie) ?? '');
    await new Promise((resolve) =>
      setTimeout(
        resolve,
        world.waits.ms('request') + (injected?.kind === 'slow' ? Number(injected.argument ?? 0) : 0),
      ),
    );
    const sessionKey = world.sessions.keyOf(cookie);
    const self = sentRefs(call, '_this')[0] ?? ref('', '');
    if (sessionKey === undefined && !needNoSession.has(method))
      throw new Fault(
        'NotAuthenticated',
        { object: self, privilegeId: 'System.View' },
        'The session is not authenticated.',
      );
    const headers: Record<string, string> = { 'Content-Type': 'text/xml; charset=utf-8' };
    let returned: Value;
    if (method === 'Login') {
      if (sessionKey !== undefined) throw new Fault('InvalidLogin', {}, 'already logged in');
      const session = world.sessions.login(sentText(call, 'userName'), sentText(call, 'password'));
      headers['Set-Cookie'] = `vmware_soap_session="${session.cookie}"; Path=/; HttpOnly; Secure`;
      returned = data('UserSession', {
        key: session.key,
        userName: sentText(call, 'userName'),
        loginTime: new Date().toISOString(),
      });
    } else returned = await methods[method]!({ world, self, call, sessionKey });
    if (injected?.kind === 'lost-answer') return void request.socket.destroy();
    response
      .writeHead(200, headers)
      .end(
        envelope(
          `<${method}Response xmlns="urn:vim25">${writeElement('returnval', returned)}</${method}Response>`,
        ),
      );
  } catch (error) {
    if (injected?.kind === 'lost-answer') return void request.socket.destroy();
    const fault =
      error instanceof Fault ? error : new Fault('SystemError', { reason: String(error) }, String(error));
    response.writeHead(500, { 'Content-Type': 'text/xml; charset=utf-8' }).end(envelope(faultBody(fault)));
  }
}

function faultBody(fault: Fault): string {
  const detail = writeElement(`${fault.fault}Fault`, fault.detail).replace(
    `<${fault.fault}Fault`,
    `<${fault.fault}Fault xmlns="urn:vim25"`,
  );
  return `<soapenv:Fault><faultcode>ServerFaultCode</faultcode>${writeElement('faultstring', fault.message)}<detail>${detail}</detail></soapenv:Fault>`;
}

function envelope(body: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/"' +
    ' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema"' +
    ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`
  );
}
