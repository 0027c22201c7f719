import { describe, expect, test } from 'vitest';
import type { MachineSpec } from '../../../activities/clients/hypervisor.js';
import { cloneSpec, differenceOf, reshapeSpec } from '../../../activities/clients/vsphere/machine-spec.js';
import { readMachine, type VsphereMachine } from '../../../activities/clients/vsphere/machine-facts.js';
import { element } from '../../../activities/clients/vsphere/xml.js';
import { parseXml } from '../../../activities/clients/vsphere/xml-node.js';

const spec: MachineSpec = {
  name: 'vault-1',
  instanceUuid: '7d4df5f5-6f0e-5a0b-9d5a-0c6a5c1c7f11',
  template: 'debian-12-cloud',
  vcpu: 2,
  memoryMiB: 4096,
  disksGiB: [40, 100],
  network: 'pg-infra',
  note: 'a note',
  spread: 0,
  userData: '#cloud-config\n{}\n',
  metaData: (macAddress) => macAddress,
};

function machineWith(fields: Partial<VsphereMachine> = {}): VsphereMachine {
  const hardware = parseXml(
    `<val xmlns:xsi="x"><numCPU>2</numCPU><memoryMB>4096</memoryMB>
    <device xsi:type="VirtualLsiLogicController"><key>1000</key></device>
    <device xsi:type="VirtualDisk"><key>2000</key><backing xsi:type="VirtualDiskFlatVer2BackingInfo"><fileName>[ds] a.vmdk</fileName><diskMode>persistent</diskMode></backing><controllerKey>1000</controllerKey><unitNumber>0</unitNumber><capacityInKB>41943040</capacityInKB></device>
    <device xsi:type="VirtualE1000"><key>4000</key><macAddress>00:50:56:AA:BB:CC</macAddress></device></val>`,
  );
  const properties = new Map([
    ['config.hardware', hardware],
    ['config.instanceUuid', parseXml('<val>7d4df5f5-6f0e-5a0b-9d5a-0c6a5c1c7f11</val>')],
    ['runtime.powerState', parseXml('<val>poweredOn</val>')],
  ]);
  return {
    ...readMachine({ reference: { type: 'VirtualMachine', value: 'vm-1' }, properties })!,
    metaData: '00:50:56:aa:bb:cc',
    ...fields,
  };
}

describe('a clone', () => {
  test('says what it is in the order of the WSDL', () => {
    const place = {
      pool: { type: 'ResourcePool', value: 'resgroup-8' },
      datastore: { type: 'Datastore', value: 'datastore-9' },
      host: { type: 'HostSystem', value: 'host-1' },
    };
    const made = cloneSpec(spec, 'site-uuid', machineWith(), place, element('backing', [], 'B'));
    const names = (text: string): string[] => parseXml(text).children.map((node) => node.name);
    expect(names(made)).toEqual(['location', 'template', 'config', 'powerOn']);
    const config = parseXml(made).children[2]!.children.map((node) => node.name);
    expect([...new Set(config)]).toEqual([
      'instanceUuid',
      'annotation',
      'numCPUs',
      'numCoresPerSocket',
      'memoryMB',
      'deviceChange',
      'extraConfig',
    ]);
    expect(parseXml(made).children[0]!.children.map((node) => node.name)).toEqual([
      'datastore',
      'pool',
      'host',
    ]);
    expect(made).toContain('<operation>remove</operation><device xsi:type="VirtualE1000"><key>4000</key>');
  });

  test('carries user data only compressed and encoded', () => {
    const place = {
      pool: { type: 'ResourcePool', value: 'p' },
      datastore: { type: 'Datastore', value: 'd' },
    };
    const made = cloneSpec(spec, 'site-uuid', { cards: [] }, place, element('backing', [], 'B'));
    expect(made).not.toContain('#cloud-config');
    expect(made).toMatch(/<key>guestinfo.userdata.encoding<\/key><value xsi:type="xsd:string">gzip\+base64</);
  });
});

describe('a reconfiguration', () => {
  test('is none for other user data, which a machine reads at its first boot alone', () => {
    const other = { ...spec, disksGiB: [40], userData: '#cloud-config\n{"ca_certs":{}}\n' };
    expect(differenceOf(other, machineWith())).toEqual({ changes: [], needsPowerOff: false });
    expect(reshapeSpec(other, machineWith())).toBeUndefined();
    expect(reshapeSpec(other, machineWith(), 'run-1')).not.toContain('userdata');
  });

  test('is none when nothing differs', () => {
    const same = { ...spec, disksGiB: [40] };
    expect(reshapeSpec(same, machineWith())).toBeUndefined();
    expect(differenceOf(same, machineWith())).toEqual({ changes: [], needsPowerOff: false });
  });

  test('adds data disks with both units of size, past the unit that a SCSI controller keeps', () => {
    const change = reshapeSpec({ ...spec, disksGiB: [40, 1, 2, 3, 4, 5, 6, 7] }, machineWith()) ?? '';
    const units = [...change.matchAll(/<unitNumber>(\d+)</g)].map((match) => Number(match[1]));
    expect(units).toEqual([1, 2, 3, 4, 5, 6, 8]);
    expect(change).toContain(
      '<capacityInKB>1048576</capacityInKB><capacityInBytes>1073741824</capacityInBytes>',
    );
  });

  test('grows a disk in place and never shrinks one', () => {
    expect(reshapeSpec({ ...spec, disksGiB: [50] }, machineWith())).toContain(
      '<operation>edit</operation><device xsi:type="VirtualDisk"><key>2000</key>',
    );
    expect(reshapeSpec({ ...spec, disksGiB: [10] }, machineWith())).toBeUndefined();
  });

  test.each([
    { what: 'more processors', wanted: { vcpu: 4 }, hotAdd: { cpu: false, memory: false }, off: true },
    { what: 'more processors, hot', wanted: { vcpu: 4 }, hotAdd: { cpu: true, memory: false }, off: false },
    { what: 'fewer processors, hot', wanted: { vcpu: 1 }, hotAdd: { cpu: true, memory: false }, off: true },
    {
      what: 'more memory, hot',
      wanted: { memoryMiB: 8192 },
      hotAdd: { cpu: false, memory: true },
      off: false,
    },
    { what: 'less memory, hot', wanted: { memoryMiB: 2048 }, hotAdd: { cpu: true, memory: true }, off: true },
    { what: 'a larger disk', wanted: { disksGiB: [50] }, hotAdd: { cpu: false, memory: false }, off: false },
  ])('of a running machine with $what needs power off: $off', ({ wanted, hotAdd, off }) => {
    expect(differenceOf({ ...spec, disksGiB: [40], ...wanted }, machineWith({ hotAdd })).needsPowerOff).toBe(
      off,
    );
  });
});
