import { CommandError, type SimulatedCommand } from '../command.js';

export const sqliteCommands: readonly SimulatedCommand[] = [
  {
    name: 'sqlite3',
    run: async (args, { machine, cwd }) => {
      const [database = '', ...words] = args;
      const backups = words.flatMap((word) => /^\.backup (\S+)$/.exec(word)?.[1] ?? []);
      const others = words.filter((word) => !/^\.(backup \S+|timeout \d+)$/.test(word));
      const [target] = backups;
      if (target === undefined || backups.length > 1 || others.length > 0)
        throw new CommandError('sqlite3: only "sqlite3 DATABASE [.timeout N] .backup FILE" is simulated');
      const path = machine.files.resolvePath(cwd, database);
      if (!(await machine.files.exists(path)))
        throw new CommandError(`Error: unable to open database "${database}": unable to open database file`);
      const content = await machine.files.readFileBuffer(path);
      await machine.files.writeFile(machine.files.resolvePath(cwd, target), content);
      return undefined;
    },
  },
];
