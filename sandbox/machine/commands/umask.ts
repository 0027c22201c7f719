import { CommandError, type CommandContext, type SimulatedCommand } from '../command.js';
import { maskAgain, maskVariable } from '../umask.js';

export const umaskCommands: readonly SimulatedCommand[] = [
  {
    name: 'umask',
    run: async ([mode], { session, variables }) => {
      if (mode === undefined) return { stdout: `${(session.mask ?? '022').padStart(4, '0')}\n` };
      if (!/^0?[0-7]{1,3}$/.test(mode)) throw new CommandError(`umask: ${mode} is not simulated`);
      variables.set(maskVariable, mode);
      session.mask = mode;
    },
  },
  {
    name: maskAgain,
    run: async ([status], { session, variables }: CommandContext) => {
      session.mask = variables.get(maskVariable) ?? '022';
      return { exitCode: Number(status) };
    },
  },
];
