import { happen } from './effects.js';
import { Fault } from './fault.js';
import { fixed, type Rule } from './inventory.js';
import { sent, sentList, sentNumber, sentRefs, sentText, type Sent } from './request.js';
import { gone, machineOf, type Method, type World } from './world.js';

export const reconfigureComputeResource: Method = ({ world, self, call }) => {
  if (self.value !== fixed.cluster.value) throw gone(self);
  if (sentText(call, 'modify') !== 'true')
    throw new Fault('NotSupported', {}, 'replacing the whole configuration is not simulated');
  const changes = sentList(sent(call, 'spec'), 'rulesSpec');
  return world.tasks.begin({
    descriptionId: 'ComputeResource.reconfigureEx',
    entity: self,
    entityName: 'DC0_C0',
    durationMs: world.waits.ms('task'),
    finish: () => {
      const rules = changes.reduce(
        (all, change) => changed(world, all, change),
        structuredClone(world.inventory.rules),
      );
      happen(world, { effect: 'set-rules', subject: 'DC0_C0', detail: { rules } });
      return undefined;
    },
  });
};

function changed(world: World, rules: Rule[], change: Sent): Rule[] {
  const operation = sentText(change, 'operation');
  if (operation === 'remove') {
    const key = sentNumber(change, 'removeKey');
    if (!rules.some((rule) => rule.key === key)) throw wrong('spec.rulesSpec.removeKey');
    return rules.filter((rule) => rule.key !== key);
  }
  const info = sent(change, 'info');
  if (info?.type !== 'ClusterAntiAffinityRuleSpec') throw wrong('spec.rulesSpec.info');
  const machines = sentRefs(info, 'vm').map((target) => machineOf(world, target).id);
  const name = sentText(info, 'name') ?? '';
  if (machines.length < 2 || name === '') throw wrong('spec.rulesSpec.info.vm');
  const common = {
    name,
    enabled: sentText(info, 'enabled') === 'true',
    mandatory: sentText(info, 'mandatory') === 'true',
    machines,
  };
  if (operation === 'add') {
    if (rules.some((rule) => rule.name === name)) throw wrong('spec.rulesSpec.info.name');
    return [...rules, { key: Math.max(0, ...rules.map((rule) => rule.key)) + 1, ...common }];
  }
  const key = sentNumber(info, 'key');
  if (operation !== 'edit' || !rules.some((rule) => rule.key === key)) throw wrong('spec.rulesSpec.info.key');
  return rules.map((rule) => (rule.key === key ? { ...rule, ...common } : rule));
}

function wrong(invalidProperty: string): Fault {
  return new Fault(
    'InvalidArgument',
    { invalidProperty },
    `A specified parameter was not correct: ${invalidProperty}`,
  );
}
