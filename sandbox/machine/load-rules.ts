import type { FirewallTable } from './firewall.js';
import { parseNft } from './nft-parser.js';

/** Lets a ruleset take effect, all of it or nothing. @throws Error in nft's words. */
export function loadRules(tables: Map<string, FirewallTable>, text: string): void {
  const next = new Map(tables);
  for (const command of parseNft(text)) {
    if (command.kind === 'flush-ruleset') next.clear();
    else if (command.kind === 'add')
      next.set(`${command.table.family} ${command.table.name}`, {
        ...command.table,
        text: tableText(text),
      });
    else {
      const key = `${command.family} ${command.name}`;
      const table = next.get(key);
      if (command.kind === 'declare') {
        if (!table)
          next.set(key, {
            family: command.family,
            name: command.name,
            policy: 'accept',
            rules: [],
            text: `table ${key} {\n}\n`,
          });
      } else if (!table && command.kind !== 'destroy')
        throw new Error(
          `Error: Could not process rule: No such file or directory\n${command.kind} table ${key}`,
        );
      else if (command.kind === 'flush') next.set(key, { ...table!, rules: [] });
      else next.delete(key);
    }
  }
  tables.clear();
  for (const [key, table] of next) tables.set(key, table);
}

/** The `table … { … }` part of a ruleset file: what a restart of the sandbox loads again. */
function tableText(text: string): string {
  const start = text.search(/^\s*(add\s+)?table\s+\S+\s+\S+\s*\{/m);
  return start < 0 ? text : text.slice(start);
}
