import { Fault } from './fault.js';
import { happen } from './effects.js';
import { fixed, machineWithUuid } from './inventory.js';
import { childrenOf } from './managed-objects.js';
import { sentRefs, sentText, sentTexts } from './request.js';
import { data, ref, type Ref } from './value.js';
import { gone, type Method } from './world.js';

export const version = '8.0.2.0';

export const retrieveServiceContent: Method = () =>
  data('ServiceContent', {
    rootFolder: fixed.root,
    propertyCollector: ref('PropertyCollector', 'propertyCollector'),
    viewManager: ref('ViewManager', 'ViewManager'),
    about: data('AboutInfo', {
      name: 'VMware vCenter Server',
      fullName: 'Socle sandbox vCenter',
      vendor: 'Socle',
      version: '8.0.2',
      build: '0',
      osType: 'linux-x64',
      productLineId: 'vpx',
      apiType: 'VirtualCenter',
      apiVersion: version,
    }),
    sessionManager: ref('SessionManager', 'SessionManager'),
    authorizationManager: ref('AuthorizationManager', 'AuthorizationManager'),
    taskManager: ref('TaskManager', 'TaskManager'),
    searchIndex: ref('SearchIndex', 'SearchIndex'),
  });

export const logout: Method = ({ world, sessionKey }) => {
  world.sessions.end(sessionKey ?? '');
  return undefined;
};

export const terminateSession: Method = ({ world, call, sessionKey }) => {
  for (const key of sentTexts(call, 'sessionId')) {
    if (key === sessionKey) throw new Fault('InvalidArgument', { invalidProperty: 'sessionId' });
    if (!world.sessions.end(key)) throw new Fault('NotFound');
  }
  return undefined;
};

export const sessionIsActive: Method = ({ world, call }) =>
  world.sessions.isActive(sentText(call, 'sessionID') ?? '');

export const hasPrivilegeOnEntities: Method = ({ world, call }) => {
  if (!world.sessions.isActive(sentText(call, 'sessionId') ?? ''))
    throw new Fault('InvalidArgument', { invalidProperty: 'sessionId' });
  const availability = sentTexts(call, 'privId').map((privId) =>
    data('PrivilegeAvailability', { privId, isGranted: !world.denied.has(privId) }),
  );
  return sentRefs(call, 'entity').map((entity) =>
    data('EntityPrivilege', { entity, privAvailability: availability }),
  );
};

export const findByUuid: Method = ({ world, call }) => {
  if (sentText(call, 'vmSearch') !== 'true' || sentText(call, 'instanceUuid') !== 'true')
    throw new Fault('NotSupported', {}, 'only machines by instanceUuid are simulated');
  const machine = machineWithUuid(world.inventory, (sentText(call, 'uuid') ?? '').toLowerCase());
  return machine === undefined ? undefined : ref('VirtualMachine', machine.id);
};

export const findByInventoryPath: Method = ({ world, call }) =>
  (sentText(call, 'inventoryPath') ?? '')
    .split('/')
    .filter((name) => name !== '')
    .reduce<Ref | undefined>(
      (at, name) =>
        at === undefined
          ? undefined
          : childrenOf(world.inventory, at).find((child) => child.name === name)?.target,
      fixed.root,
    );

export const findChild: Method = ({ world, call }) => {
  const entity = sentRefs(call, 'entity')[0] ?? fixed.root;
  return childrenOf(world.inventory, entity).find((child) => child.name === sentText(call, 'name'))?.target;
};

export const createFolder: Method = ({ world, self, call }) => {
  const { inventory } = world;
  if (self.value !== fixed.vmFolder.value && !inventory.folders.has(self.value)) throw gone(self);
  const name = sentText(call, 'name') ?? '';
  const twin = childrenOf(inventory, self).find((child) => child.name === name)?.target;
  if (twin !== undefined)
    throw new Fault('DuplicateName', { name, object: twin }, `The name '${name}' already exists.`);
  const id = `group-v${inventory.nextId}`;
  happen(world, { effect: 'create-folder', subject: name, detail: { id, parent: self.value } });
  return ref('Folder', id);
};
