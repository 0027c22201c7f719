import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { findTemporal } from './find-temporal.js';
import { missingForLaboratory, missingForWitness } from './laboratory-prerequisites.js';
import { missingTestPrograms } from './test-programs.js';

/** A part of `npm test`: what it runs and what must be there for it. */
type Part = { name: string; command: string[]; missing?: () => Promise<string | undefined> };

const vitest = (project: string): string[] => [
  'npx',
  'vitest',
  'run',
  '--project',
  project,
  '--reporter',
  process.env['CI'] ? 'dot' : 'default',
];

const witness = 'test/laboratory/witness.test.ts';
const chaosOnRealMachines = 'test/chaos/laboratory.test.ts';

/** Parts of one stage share no address, so that CI runs them at once; a person sees them one after the other. */
const stages: Part[][] = [
  [
    { name: 'types', command: ['npx', 'tsc', '-p', 'tsconfig.json', '--noEmit'] },
    { name: 'lint and format', command: ['npm', 'run', '--silent', 'lint'] },
    { name: 'unit and golden tests', command: vitest('unit') },
    {
      name: 'workflow tests and replay, on a real Temporal server',
      command: vitest('workflow'),
      missing: temporalMissing,
    },
  ],
  [{ name: 'contract tests', command: vitest('contract') }],
  [{ name: 'end to end, on the sandbox', command: vitest('end-to-end'), missing: temporalMissing }],
  [
    {
      name: 'real machines',
      command: [...vitest('laboratory'), '--exclude', witness],
      missing: laboratoryMissing,
    },
  ],
  [
    {
      name: 'a machine with a kernel of its own',
      command: [...vitest('laboratory'), witness],
      missing: async () => missingForWitness()[0],
    },
  ],
  [
    {
      name: 'chaos, on the sandbox',
      command: [...vitest('chaos'), '--exclude', chaosOnRealMachines],
      missing: temporalMissing,
    },
  ],
  [
    {
      name: 'chaos, on real machines',
      command: [...vitest('chaos'), chaosOnRealMachines],
      missing: laboratoryMissing,
    },
  ],
];

async function temporalMissing(): Promise<string | undefined> {
  try {
    await findTemporal((line) => console.log(line));
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
}

async function laboratoryMissing(): Promise<string | undefined> {
  return missingForLaboratory()[0] ?? temporalMissing();
}

type Ended = { part: Part; outcome: 'passed' | 'failed' | 'left out'; because?: string };

/** Runs everything that this machine can run; names at the end what was left out. In CI nothing may be left out. */
async function main(): Promise<number> {
  const ended: Ended[] = [];
  for (const stage of stages) {
    const present = stage.filter(hasTests);
    if (process.env['CI']) ended.push(...(await Promise.all(present.map(runPart))));
    else for (const part of present) ended.push(await runPart(part));
  }
  const count = (outcome: Ended['outcome']): number =>
    ended.filter((each) => each.outcome === outcome).length;
  for (const { part, because } of ended.filter(({ outcome }) => outcome === 'left out'))
    console.log(`left out: ${part.name}: ${because}`);
  const programs = missingTestPrograms();
  for (const line of programs) console.log(`left out: ${line}`);
  const leftOut = count('left out') + programs.length;
  console.log(`${count('passed')} passed, ${count('failed')} failed, ${leftOut} left out`);
  return count('failed') > 0 || (process.env['CI'] && leftOut > 0) ? 1 : 0;
}

async function runPart(part: Part): Promise<Ended> {
  const because = await part.missing?.();
  if (because) return { part, outcome: 'left out', because };
  const started = Date.now();
  const passed = process.env['CI'] ? await quietly(part.command) : aloud(part.command);
  console.log(`${passed ? '✓' : '✗'} ${part.name}  ${((Date.now() - started) / 1000).toFixed(0)} s`);
  return { part, outcome: passed ? 'passed' : 'failed' };
}

function aloud([program, ...args]: string[]): boolean {
  return spawnSync(program!, args, { stdio: 'inherit' }).status === 0;
}

/** In CI its output is shown only when it failed. */
async function quietly([program, ...args]: string[]): Promise<boolean> {
  const child = spawn(program!, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => void output.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) console.log(Buffer.concat(output).toString());
  return code === 0;
}

function hasTests(part: Part): boolean {
  const project = part.command[part.command.indexOf('--project') + 1];
  return (
    !part.command.includes('--project') ||
    project === 'unit' ||
    project === 'workflow' ||
    existsSync(`test/${project}`)
  );
}

process.exit(await main());
