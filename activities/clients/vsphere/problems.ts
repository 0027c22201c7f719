import { PermanentError } from '../../errors.js';
import type { CallOptions, MachineSpec } from '../hypervisor.js';
import { capacityOf } from './cluster.js';
import { findMachine, owned, readTarget } from './find-machine.js';
import { findTemplate, networkBacking, type Place } from './inventory.js';
import type { Vcenter } from './vcenter.js';
import { children, child, textAt } from './xml-node.js';
import { reference, value, type Reference } from './xml.js';

/** What the account must be allowed, by the object it is needed on. */
const privileges: Record<keyof Place | 'template', readonly string[]> = {
  datacenter: [],
  cluster: ['Host.Inventory.EditCluster'],
  pool: ['Resource.AssignVMToPool'],
  datastore: ['Datastore.AllocateSpace'],
  vmFolder: [
    'Folder.Create',
    'VirtualMachine.Inventory.CreateFromExisting',
    'VirtualMachine.Inventory.Delete',
    'VirtualMachine.Config.AddNewDisk',
    'VirtualMachine.Config.AddRemoveDevice',
    'VirtualMachine.Config.AdvancedConfig',
    'VirtualMachine.Config.CPUCount',
    'VirtualMachine.Config.DiskExtend',
    'VirtualMachine.Config.EditDevice',
    'VirtualMachine.Config.Memory',
    'VirtualMachine.Config.Settings',
    'VirtualMachine.Interact.PowerOff',
    'VirtualMachine.Interact.PowerOn',
  ],
  template: ['VirtualMachine.Provisioning.DeployTemplate'],
};

/** Everything that would stop these machines from being made, found without changing anything. */
export async function problemsOf(
  vcenter: Vcenter,
  specs: readonly MachineSpec[],
  options: CallOptions,
): Promise<string[]> {
  const place = await asProblem(vcenter.place());
  if (typeof place === 'string') return [place];
  const templateNames = [...new Set(specs.map((spec) => spec.template))];
  const templates = await Promise.all(
    templateNames.map((name) =>
      asProblem(findTemplate(vcenter.session, vcenter.placement, place, name, options.signal)),
    ),
  );
  const networks = await Promise.all(
    [...new Set(specs.map((spec) => spec.network))].map((name) =>
      asProblem(
        networkBacking(vcenter.session, vcenter.placement, name, options.signal).then(() => undefined),
      ),
    ),
  );
  const usable = templates.filter((template): template is Reference => typeof template !== 'string');
  return [
    ...templates.filter((template) => typeof template === 'string'),
    ...networks.filter((network) => network !== undefined),
    ...(await missingPrivileges(vcenter, place, usable, options)),
    ...(await withoutDisk(vcenter, usable, options)),
    ...(await spaceProblems(vcenter, specs, options)),
  ];
}

async function missingPrivileges(
  { session }: Vcenter,
  place: Place,
  templates: readonly Reference[],
  { signal }: CallOptions,
): Promise<string[]> {
  const manager = await session.manager('authorizationManager');
  const asked = [
    ...Object.entries(place).map(([name, target]) => ({
      target,
      ids: privileges[name as keyof Place],
      name,
    })),
    ...templates.map((target) => ({ target, ids: privileges.template, name: 'template' })),
  ].filter(({ ids }) => ids.length > 0);
  const missing = await Promise.all(
    asked.map(async ({ target, ids, name }) => {
      const parameters = [
        reference('entity', target),
        value('sessionId', await session.key()),
        ...ids.map((id) => value('privId', id)),
      ];
      const answer = await session.call('HasPrivilegeOnEntities', manager, parameters, signal);
      return children(child(answer, 'returnval'), 'privAvailability')
        .filter((privilege) => textAt(privilege, 'isGranted') !== 'true')
        .map(
          (privilege) =>
            `the account lacks ${textAt(privilege, 'privId') ?? 'a privilege'} on the ${name} ${target.value}`,
        );
    }),
  );
  return missing.flat();
}

async function withoutDisk(
  vcenter: Vcenter,
  templates: readonly Reference[],
  { signal }: CallOptions,
): Promise<string[]> {
  const read = await Promise.all(templates.map((template) => readTarget(vcenter, template, signal)));
  return read.flatMap((found) =>
    found.state === 'there' && found.machine.disks.length === 0
      ? [`template ${found.machine.name} has no disk`]
      : [],
  );
}

async function spaceProblems(
  vcenter: Vcenter,
  specs: readonly MachineSpec[],
  options: CallOptions,
): Promise<string[]> {
  const capacity = await capacityOf(vcenter, options.signal);
  const found = await Promise.all(
    specs.map(async (spec) => ({ spec, found: await asProblem(present(vcenter, spec, options)) })),
  );
  const foreign = found.flatMap((one) => (typeof one.found === 'string' ? [one.found] : []));
  const absent = found.filter((one) => one.found === false).map((one) => one.spec);
  const memoryMiB = specs.reduce((sum, spec) => sum + spec.memoryMiB, 0);
  const diskGiB = absent.flatMap((spec) => [...spec.disksGiB]).reduce((sum, sizeGiB) => sum + sizeGiB, 0);
  return [
    ...foreign,
    ...(capacity.hosts === 0
      ? [`cluster ${vcenter.placement.cluster} has no connected host out of maintenance`]
      : []),
    ...(memoryMiB > capacity.memoryMiB
      ? [
          `the machines want ${memoryMiB} MiB of memory, cluster ${vcenter.placement.cluster} has ${capacity.memoryMiB}`,
        ]
      : []),
    ...(diskGiB > capacity.freeDiskGiB
      ? [
          `the machines to be made want ${diskGiB} GiB of disk, datastore ${vcenter.placement.datastore} has ${capacity.freeDiskGiB} free`,
        ]
      : []),
  ];
}

async function present(vcenter: Vcenter, spec: MachineSpec, { signal }: CallOptions): Promise<boolean> {
  const found = await findMachine(vcenter, spec, signal);
  if (found.state === 'there') owned(vcenter, spec, found.machine);
  return found.state !== 'none';
}

/** What can never work is a finding; what may work next time (no answer, server busy) goes on as an error. */
async function asProblem<T>(work: Promise<T>): Promise<T | string> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof PermanentError) return error.message;
    throw error;
  }
}
