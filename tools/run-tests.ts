import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findTemporal } from './find-temporal.js';

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

const parts: Part[] = [
  { name: 'types', command: ['npx', 'tsc', '-p', 'tsconfig.json', '--noEmit'] },
  { name: 'lint and format', command: ['npm', 'run', '--silent', 'lint'] },
  { name: 'unit and golden tests', command: vitest('unit') },
  {
    name: 'workflow tests and replay, on a real Temporal server',
    command: vitest('workflow'),
    missing: temporalMissing,
  },
  { name: 'contract tests', command: vitest('contract') },
  { name: 'end to end, on the sandbox', command: vitest('end-to-end'), missing: temporalMissing },
  { name: 'chaos, on the sandbox', command: vitest('chaos'), missing: temporalMissing },
];

async function temporalMissing(): Promise<string | undefined> {
  try {
    await findTemporal((line) => console.log(line));
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
}

/** Runs everything that this machine can run; names at the end what was left out. In CI nothing may be left out. */
async function main(): Promise<number> {
  const failed: string[] = [];
  const leftOut: string[] = [];
  for (const part of parts) {
    if (!hasTests(part)) continue;
    const missing = await part.missing?.();
    if (missing) {
      leftOut.push(`${part.name}: ${missing}`);
      continue;
    }
    const started = Date.now();
    const ended = runPart(part.command);
    console.log(`${ended ? '✓' : '✗'} ${part.name}  ${((Date.now() - started) / 1000).toFixed(0)} s`);
    if (!ended) failed.push(part.name);
  }
  for (const line of leftOut) console.log(`left out: ${line}`);
  console.log(
    `${parts.length - failed.length - leftOut.length} passed, ${failed.length} failed, ${leftOut.length} skipped`,
  );
  return failed.length > 0 || (process.env['CI'] && leftOut.length > 0) ? 1 : 0;
}

/** Runs one part to its end. In CI its output is shown only when it failed; a person sees it as it comes. */
function runPart([program, ...args]: string[]): boolean {
  if (!process.env['CI']) return spawnSync(program!, args, { stdio: 'inherit' }).status === 0;
  const { status, stdout, stderr } = spawnSync(program!, args, {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, NO_COLOR: '1' },
  });
  if (status !== 0) console.log(`${stdout}${stderr}`);
  return status === 0;
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
