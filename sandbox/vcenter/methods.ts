import { cloneVm, destroy, reconfigVm, relocateVm } from './methods-machine.js';
import { powerOffVm, powerOnMultiVm, powerOnVm, shutdownGuest } from './methods-power.js';
import { reconfigureComputeResource } from './methods-cluster.js';
import {
  createFolder,
  findByInventoryPath,
  findByUuid,
  findChild,
  hasPrivilegeOnEntities,
  logout,
  retrieveServiceContent,
  sessionIsActive,
  terminateSession,
} from './methods-session.js';
import { continueRetrievePropertiesEx, retrievePropertiesEx } from './property-collector.js';
import { sentRefs, sentText, type Sent } from './request.js';
import type { Method, World } from './world.js';

/** Login is the server's own: it sets the cookie. */
export const methods: Readonly<Record<string, Method>> = {
  RetrieveServiceContent: retrieveServiceContent,
  Logout: logout,
  TerminateSession: terminateSession,
  SessionIsActive: sessionIsActive,
  HasPrivilegeOnEntities: hasPrivilegeOnEntities,
  FindByUuid: findByUuid,
  FindByInventoryPath: findByInventoryPath,
  FindChild: findChild,
  CreateFolder: createFolder,
  RetrievePropertiesEx: retrievePropertiesEx,
  ContinueRetrievePropertiesEx: continueRetrievePropertiesEx,
  CloneVM_Task: cloneVm,
  ReconfigVM_Task: reconfigVm,
  RelocateVM_Task: relocateVm,
  Destroy_Task: destroy,
  PowerOnVM_Task: powerOnVm,
  PowerOnMultiVM_Task: powerOnMultiVm,
  PowerOffVM_Task: powerOffVm,
  ShutdownGuest: shutdownGuest,
  ReconfigureComputeResource_Task: reconfigureComputeResource,
};

export const needNoSession: ReadonlySet<string> = new Set(['RetrieveServiceContent', 'Login']);

/** Whom a call is about, for aimed faults: the name of the machine that is made or worked on. */
export function subjectOf({ inventory }: World, method: string, call: Sent): string | undefined {
  if (method === 'CloneVM_Task') return sentText(call, 'name');
  const target = sentRefs(call, 'vm')[0] ?? sentRefs(call, '_this')[0];
  return target === undefined ? undefined : inventory.machines.get(target.value)?.name;
}
