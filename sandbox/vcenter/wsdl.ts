/**
 * The part of vim25's WSDL that this vCenter reads: for each method and data type its members in sequence.
 * `name:type` with `?` for optional and `*` for repeated. `not-simulated` members are known and in their place,
 * but using one is answered with NotSupported, never ignored.
 * @see https://developer.broadcom.com/xapis/virtual-infrastructure-json-api/latest/ and vmware/govmomi vim25/types
 */
const sequences: Readonly<Record<string, string>> = {
  RetrieveServiceContent: '_this:ref',
  Login: '_this:ref userName:string password:string locale:string?',
  Logout: '_this:ref',
  SessionIsActive: '_this:ref sessionID:string userName:string',
  TerminateSession: '_this:ref sessionId:string*',
  FindByUuid: '_this:ref datacenter:ref? uuid:string vmSearch:boolean instanceUuid:boolean?',
  FindByInventoryPath: '_this:ref inventoryPath:string',
  FindChild: '_this:ref entity:ref name:string',
  CreateFolder: '_this:ref name:string',
  HasPrivilegeOnEntities: '_this:ref entity:ref* sessionId:string privId:string*',
  RetrievePropertiesEx: '_this:ref specSet:PropertyFilterSpec* options:RetrieveOptions',
  ContinueRetrievePropertiesEx: '_this:ref token:string',
  CloneVM_Task: '_this:ref folder:ref name:string spec:VirtualMachineCloneSpec',
  ReconfigVM_Task: '_this:ref spec:VirtualMachineConfigSpec',
  RelocateVM_Task: '_this:ref spec:VirtualMachineRelocateSpec priority:string?',
  PowerOnVM_Task: '_this:ref host:ref?',
  PowerOffVM_Task: '_this:ref',
  PowerOnMultiVM_Task: '_this:ref vm:ref* option:OptionValue*',
  ShutdownGuest: '_this:ref',
  Destroy_Task: '_this:ref',
  ReconfigureComputeResource_Task: '_this:ref spec:ComputeResourceConfigSpec modify:boolean',

  PropertyFilterSpec: 'propSet:PropertySpec* objectSet:ObjectSpec* reportMissingObjectsInResults:boolean?',
  PropertySpec: 'type:string all:boolean? pathSet:string*',
  ObjectSpec: 'obj:ref skip:boolean? selectSet:SelectionSpec*',
  SelectionSpec: 'name:string?',
  'TraversalSpec<SelectionSpec': 'type:string path:string skip:boolean? selectSet:SelectionSpec*',
  RetrieveOptions: 'maxObjects:int?',

  VirtualMachineCloneSpec:
    'location:VirtualMachineRelocateSpec template:boolean config:VirtualMachineConfigSpec? customization:not-simulated? powerOn:boolean snapshot:not-simulated? memory:not-simulated? tpmProvisionPolicy:not-simulated?',
  VirtualMachineRelocateSpec:
    'service:not-simulated? folder:not-simulated? datastore:ref? diskMoveType:not-simulated? pool:ref? host:ref? disk:not-simulated* transform:not-simulated? deviceChange:not-simulated* profile:not-simulated*',
  VirtualMachineConfigSpec:
    'changeVersion:not-simulated? name:not-simulated? version:not-simulated? createDate:not-simulated? uuid:string? instanceUuid:string? locationId:not-simulated? guestId:not-simulated? alternateGuestName:not-simulated? annotation:string? files:not-simulated? tools:not-simulated? flags:not-simulated? numCPUs:int? vcpuConfig:not-simulated* numCoresPerSocket:int? memoryMB:long? memoryHotAddEnabled:boolean? cpuHotAddEnabled:boolean? cpuHotRemoveEnabled:not-simulated? deviceChange:VirtualDeviceConfigSpec* cpuAllocation:not-simulated? memoryAllocation:not-simulated? latencySensitivity:not-simulated? extraConfig:OptionValue* swapPlacement:not-simulated? bootOptions:not-simulated? firmware:not-simulated? managedBy:not-simulated?',
  VirtualDeviceConfigSpec:
    'operation:string? fileOperation:string? device:VirtualDevice profile:not-simulated* backing:not-simulated?',
  VirtualDevice:
    'key:int deviceInfo:not-simulated? backing:VirtualDeviceBackingInfo? connectable:VirtualDeviceConnectInfo? slotInfo:not-simulated? controllerKey:int? unitNumber:int?',
  'VirtualDisk<VirtualDevice':
    'capacityInKB:long capacityInBytes:long? shares:not-simulated? storageIOAllocation:not-simulated?',
  'VirtualEthernetCard<VirtualDevice': 'addressType:string? macAddress:string? wakeOnLanEnabled:boolean?',
  'VirtualVmxnet<VirtualEthernetCard': '',
  'VirtualVmxnet3<VirtualVmxnet': '',
  VirtualDeviceConnectInfo:
    'migrateConnect:string? startConnected:boolean allowGuestControl:boolean connected:boolean status:string?',
  VirtualDeviceBackingInfo: '',
  'VirtualDeviceFileBackingInfo<VirtualDeviceBackingInfo':
    'fileName:string datastore:ref? backingObjectId:string?',
  'VirtualDiskFlatVer2BackingInfo<VirtualDeviceFileBackingInfo':
    'diskMode:string split:boolean? writeThrough:boolean? thinProvisioned:boolean? eagerlyScrub:boolean? uuid:string? contentId:string?',
  'VirtualEthernetCardDistributedVirtualPortBackingInfo<VirtualDeviceBackingInfo':
    'port:DistributedVirtualSwitchPortConnection',
  DistributedVirtualSwitchPortConnection:
    'switchUuid:string portgroupKey:string? portKey:string? connectionCookie:int?',
  OptionValue: 'key:string value:any',
  ComputeResourceConfigSpec: 'vmSwapPlacement:not-simulated? spbmEnabled:not-simulated?',
  'ClusterConfigSpecEx<ComputeResourceConfigSpec':
    'dasConfig:not-simulated? dasVmConfigSpec:not-simulated* drsConfig:not-simulated? drsVmConfigSpec:not-simulated* rulesSpec:ClusterRuleSpec*',
  ClusterRuleSpec: 'operation:string removeKey:any? info:ClusterRuleInfo?',
  ClusterRuleInfo:
    'key:int? status:string? enabled:boolean? name:string? mandatory:boolean? userCreated:boolean? inCompliance:boolean? ruleUuid:string?',
  'ClusterAntiAffinityRuleSpec<ClusterRuleInfo': 'vm:ref*',
};

export type Member = { name: string; type: string; optional: boolean; repeated: boolean };
type Definition = { base: string | undefined; own: Member[] };

const definitions = new Map(
  Object.entries(sequences).map(([key, members]): [string, Definition] => {
    const [name = '', base] = key.split('<');
    return [
      name,
      {
        base,
        own: members
          .split(' ')
          .filter((member) => member !== '')
          .map(memberOf),
      },
    ];
  }),
);

/** Members of a method or data type, inherited ones first; undefined for a name that this vCenter does not know. */
export function membersOf(type: string): Member[] | undefined {
  const definition = definitions.get(type);
  if (definition === undefined) return undefined;
  return [...(definition.base === undefined ? [] : (membersOf(definition.base) ?? [])), ...definition.own];
}

export function isKindOf(type: string, ancestor: string): boolean {
  if (type === ancestor) return true;
  const base = definitions.get(type)?.base;
  return base !== undefined && isKindOf(base, ancestor);
}

function memberOf(text: string): Member {
  const [name = '', rest = ''] = text.split(':');
  return {
    name,
    type: rest.replace(/[?*]$/, ''),
    optional: /[?*]$/.test(rest),
    repeated: rest.endsWith('*'),
  };
}
