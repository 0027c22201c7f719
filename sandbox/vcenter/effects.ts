import type { Journal } from '../runtime.js';
import type { Inventory, MachineConfig, Rule, SandboxMachine } from './inventory.js';

/** Everything that can happen to this vCenter, as its journal keeps it. */
export type Effect =
  | { effect: 'create-folder'; subject: string; detail: { id: string; parent: string } }
  | {
      effect: 'clone';
      subject: string;
      detail: { id: string; folder: string; host: string; config: MachineConfig };
    }
  | { effect: 'reconfigure'; subject: string; detail: { id: string; config: MachineConfig } }
  | { effect: 'relocate'; subject: string; detail: { id: string; host: string } }
  | { effect: 'power-on'; subject: string; detail: { id: string; host: string; by?: 'hand' } }
  | { effect: 'power-off'; subject: string; detail: { id: string; by?: 'hand' } }
  | { effect: 'destroy'; subject: string; detail: { id: string } }
  | { effect: 'set-rules'; subject: string; detail: { rules: Rule[] } };

const system = 'vcenter';

/** Where first-boot data is kept beside the journal, which is shown and searched and must hold no key, not even encoded. */
export type Blobs = { keep: (text: string) => string; load: (name: string) => string };

const kept = /^blob:/;
const longestInJournal = 200;

/** Writes an effect down and lets it happen. */
export function happen(
  world: { inventory: Inventory; journal: Journal; blobs: Blobs },
  effect: Effect,
): void {
  const { inventory, journal, blobs } = world;
  const brief = mapOptions(effect, (content) =>
    content.length > longestInJournal ? `blob:${blobs.keep(content)}` : content,
  );
  journal.append({ system, ...brief });
  apply(inventory, effect);
}

/** The inventory as the journal left it. */
export function replay(inventory: Inventory, journal: Journal, blobs: Blobs): void {
  for (const entry of journal.entries()) {
    if (entry.system !== system) continue;
    const effect = entry as unknown as Effect;
    apply(
      inventory,
      mapOptions(effect, (content) => (kept.test(content) ? blobs.load(content.replace(kept, '')) : content)),
    );
  }
}

function mapOptions<T extends Effect>(effect: T, change: (content: string) => string): T {
  if (!('config' in effect.detail)) return effect;
  const { config } = effect.detail;
  const options = Object.fromEntries(
    Object.entries(config.options).map(([key, content]) => [key, change(content)]),
  );
  return { ...effect, detail: { ...effect.detail, config: { ...config, options } } };
}

function apply(inventory: Inventory, { effect, subject, detail }: Effect): void {
  if ('id' in detail)
    inventory.nextId = Math.max(inventory.nextId, Number(detail.id.replace(/^\D+/, '')) + 1);
  switch (effect) {
    case 'create-folder':
      inventory.folders.set(detail.id, { name: subject, parent: detail.parent });
      return;
    case 'clone': {
      const { id, folder, host, config } = detail;
      inventory.machines.set(id, {
        id,
        name: subject,
        folder,
        host,
        power: 'poweredOff',
        config: structuredClone(config),
      });
      return;
    }
    case 'reconfigure':
      change(inventory, detail.id, { config: structuredClone(detail.config) });
      return;
    case 'relocate':
      change(inventory, detail.id, { host: detail.host });
      return;
    case 'power-on':
      change(inventory, detail.id, { power: 'poweredOn', host: detail.host });
      return;
    case 'power-off':
      change(inventory, detail.id, { power: 'poweredOff' });
      return;
    case 'destroy':
      inventory.machines.delete(detail.id);
      for (const rule of inventory.rules) rule.machines = rule.machines.filter((id) => id !== detail.id);
      return;
    case 'set-rules':
      inventory.rules = structuredClone(detail.rules);
      return;
  }
}

function change(inventory: Inventory, id: string, fields: Partial<SandboxMachine>): void {
  const machine = inventory.machines.get(id);
  if (machine !== undefined) Object.assign(machine, fields);
}
