import { happen } from './effects.js';
import { hardwareOf } from './methods-power.js';
import type { World } from './world.js';

/** What a person does in vCenter beside the orchestrator: at once, with no task to watch, and marked in the journal. */
export async function powerByHand(world: World, name: string, power: 'on' | 'off'): Promise<void> {
  const machine = [...world.inventory.machines.values()].find((each) => each.name === name);
  if (machine?.config === undefined || machine.config.template)
    throw new Error(`there is no machine ${name}`);
  const { id, host, config } = machine;
  const wanted = power === 'on' ? 'poweredOn' : 'poweredOff';
  if (machine.power === wanted) throw new Error(`${name} is ${wanted} already`);
  if (power === 'on') {
    await world.machines.powerOn(hardwareOf(machine, config));
    happen(world, { effect: 'power-on', subject: name, detail: { id, host, by: 'hand' } });
  } else {
    await world.machines.powerOff(config.instanceUuid);
    happen(world, { effect: 'power-off', subject: name, detail: { id, by: 'hand' } });
  }
}
