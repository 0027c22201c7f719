import { hypervisorOf } from '../../activities/roles/1-provisioning/hypervisor-of.js';
import { computeInventory } from '../../config/inventory.js';
import { loadSite } from '../../config/load.js';
import { createSecrets } from '../../config/secrets.js';

/** `power-on.ts FILE MACHINE`: switches a machine on in the site's vCenter. */
const [file, name] = process.argv.slice(2);
const site = await loadSite(file!);
const machine = computeInventory(site).machines.find((candidate) => candidate.name === name)!;
const hypervisor = await hypervisorOf(site, createSecrets(site, process.env));
const options = { signal: AbortSignal.timeout(60_000), progress: () => undefined };
const { instanceUuid } = machine;
if ((await hypervisor!.machineFacts({ name: machine.name, instanceUuid }, options))?.power !== 'on')
  await hypervisor!.powerOn({ name: machine.name, instanceUuid }, options);
