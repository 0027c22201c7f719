import type { CallOptions, SeparationGroup } from '../hypervisor.js';
import { drsEnabled } from './cluster.js';
import { findMachine } from './find-machine.js';
import { usableHosts } from './inventory.js';
import type { VsphereMachine } from './machine-facts.js';
import { propertiesOf } from './properties.js';
import { runTask } from './tasks.js';
import type { Vcenter } from './vcenter.js';
import { children, numberAt, referenceOf, textAt } from './xml-node.js';
import { element, reference, value, type Xml } from './xml.js';

type Rule = { key: number; name: string; enabled: boolean; machines: string[] };
type Wanted = { group: string; rule: string; machines: VsphereMachine[] };

/**
 * What must change so that no two machines of a group share a host. With DRS that is one anti-affinity rule per group;
 * without DRS rules do nothing, so a machine that shares a host is named, and moved by `ensureSeparation` if it is off.
 */
export async function separationDifference(
  vcenter: Vcenter,
  groups: readonly SeparationGroup[],
  options: CallOptions,
): Promise<string[]> {
  const wanted = await wantedRules(vcenter, groups, options);
  if (!(await drsEnabled(vcenter, options.signal)))
    return (await moves(vcenter, wanted, options)).map((move) => move.text);
  return ruleChanges(vcenter, wanted, await rulesOf(vcenter, options)).map((change) => change.text);
}

export async function ensureSeparation(
  vcenter: Vcenter,
  groups: readonly SeparationGroup[],
  options: CallOptions,
): Promise<string[]> {
  const wanted = await wantedRules(vcenter, groups, options);
  if (!(await drsEnabled(vcenter, options.signal))) {
    const needed = await moves(vcenter, wanted, options);
    for (const { machine, host, text } of needed) {
      await runTask(
        vcenter.session,
        'RelocateVM_Task',
        machine.target,
        [element('spec', [reference('pool', (await vcenter.place()).pool), reference('host', host)])],
        text,
        options,
      );
    }
    return needed.map((move) => move.text);
  }
  const changes = ruleChanges(vcenter, wanted, await rulesOf(vcenter, options));
  await reconfigure(
    vcenter,
    changes.map((change) => change.spec),
    'set separation rules',
    options,
  );
  return changes.map((change) => change.text);
}

export async function removeSeparation(
  vcenter: Vcenter,
  groupNames: readonly string[],
  options: CallOptions,
): Promise<string[]> {
  const names = new Set(groupNames.map((group) => ruleName(vcenter, group)));
  const rules = (await rulesOf(vcenter, options)).filter((rule) => names.has(rule.name));
  const removed = rules.map((rule) =>
    element('rulesSpec', [value('operation', 'remove'), value('removeKey', rule.key, 'xsd:int')]),
  );
  await reconfigure(vcenter, removed, 'remove separation rules', options);
  return rules.map((rule) => `remove rule ${rule.name}`);
}

export async function separations(vcenter: Vcenter, options: CallOptions): Promise<string[]> {
  const prefix = ruleName(vcenter, '');
  return (await rulesOf(vcenter, options))
    .filter((rule) => rule.name.startsWith(prefix))
    .map((rule) => rule.name.slice(prefix.length));
}

function ruleChanges(
  vcenter: Vcenter,
  wanted: readonly Wanted[],
  rules: readonly Rule[],
): { text: string; spec: Xml }[] {
  return wanted.flatMap(({ rule: name, machines }) => {
    const present = rules.find((rule) => rule.name === name);
    const ids = machines.map((machine) => machine.reference);
    if (present !== undefined && present.enabled && sameMembers(present.machines, ids)) return [];
    const text = `${present === undefined ? 'add' : 'change'} rule ${name} for ${machines.map((machine) => machine.name).join(', ')}`;
    // Not mandatory: with too few hosts left, running together is better than not running.
    const info = element(
      'info',
      [
        value('key', present?.key),
        value('enabled', true),
        value('name', name),
        value('mandatory', false),
        value('userCreated', true),
        ...machines.map((machine) => reference('vm', machine.target)),
      ],
      'ClusterAntiAffinityRuleSpec',
    );
    return [
      {
        text,
        spec: element('rulesSpec', [value('operation', present === undefined ? 'add' : 'edit'), info]),
      },
    ];
  });
}

async function reconfigure(
  vcenter: Vcenter,
  rules: readonly Xml[],
  what: string,
  options: CallOptions,
): Promise<void> {
  if (rules.length === 0) return;
  const { cluster } = await vcenter.place();
  await runTask(
    vcenter.session,
    'ReconfigureComputeResource_Task',
    cluster,
    [element('spec', rules, 'ClusterConfigSpecEx'), value('modify', true)],
    what,
    options,
  );
}

async function rulesOf(vcenter: Vcenter, { signal }: CallOptions): Promise<Rule[]> {
  const { cluster } = await vcenter.place();
  const [object] = await propertiesOf(vcenter.session, [cluster], ['configurationEx'], signal);
  return children(object?.properties.get('configurationEx'), 'rule').map((rule) => ({
    key: numberAt(rule, 'key') ?? 0,
    name: textAt(rule, 'name') ?? '',
    enabled: textAt(rule, 'enabled') === 'true',
    machines: children(rule, 'vm').flatMap((machine) => referenceOf(machine)?.value ?? []),
  }));
}

/** Groups of two and more, with those of their machines that exist. */
async function wantedRules(
  vcenter: Vcenter,
  groups: readonly SeparationGroup[],
  { signal }: CallOptions,
): Promise<Wanted[]> {
  const all = await Promise.all(
    groups.map(async ({ name, machines }) => {
      const found = await Promise.all(machines.map((machine) => findMachine(vcenter, machine, signal)));
      const own = found.flatMap((one) =>
        one.state === 'there' && one.machine.siteUuid === vcenter.site.uuid ? [one.machine] : [],
      );
      return { group: name, rule: ruleName(vcenter, name), machines: own };
    }),
  );
  return all.filter((group) => group.machines.length > 1);
}

type Move = { text: string; machine: VsphereMachine; host: { type: string; value: string } };

/** Machines that are off and share a host with one of their group, each with a host that the group does not use yet. */
async function moves(vcenter: Vcenter, wanted: readonly Wanted[], { signal }: CallOptions): Promise<Move[]> {
  const hosts = await usableHosts(vcenter.session, vcenter.placement, await vcenter.place(), signal);
  return wanted.flatMap(({ machines }) => {
    const used = new Set<string>();
    const sharing = machines.filter((machine) => {
      const host = machine.hostReference?.value ?? '';
      const shares = used.has(host);
      used.add(host);
      return shares && machine.power === 'off';
    });
    return sharing.flatMap((machine) => {
      const free = hosts.find((host) => !used.has(host.reference.value));
      if (free === undefined) return [];
      used.add(free.reference.value);
      return [{ text: `move ${machine.name} to host ${free.name}`, machine, host: free.reference }];
    });
  });
}

/** One rule per site and group; the UUID keeps two sites of the same name apart. */
function ruleName({ site }: Vcenter, group: string): string {
  return `socle-${site.name}-${site.uuid.slice(0, 8)}-${group}`;
}

function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((member) => b.includes(member));
}
