import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Effect } from '../../sandbox/runtime.js';

export type Leftovers = { machines: unknown[]; [kind: string]: unknown[] };
/** A CLI that runs; killed, its code is null. */
export type Begun = { kill: () => void; ended: Promise<Ran> };
export type Ran = { code: number | null; stdout: string; stderr: string };
type Note = {
  temporalAddress: string;
  ui: string;
  control: string;
  pids: { temporal: number; sandbox: number; worker: number };
};

const main = 'dist/client/main.js';
/** A laboratory may have to make its template first. */
const startsWithinMs = 380_000;

/** `socle dev --sandbox` in a state folder of its own, and the CLI beside it: what a person has in two terminals. */
export class StackUnderTest {
  private constructor(
    readonly stateFolder: string,
    private readonly child: ChildProcess,
    readonly output: string[],
  ) {}

  static async start(
    waits: 'none' | 'short' | 'realistic' = 'none',
    folder?: string,
  ): Promise<StackUnderTest> {
    const stateFolder = folder ?? (await mkdtemp(join(tmpdir(), 'socle-')));
    return StackUnderTest.command(
      ['dev', '--sandbox', '--state', stateFolder, '--waits', waits],
      stateFolder,
    );
  }

  /** A command that starts a worker and Temporal, and says how to end it once it has. */
  static async command(words: readonly string[], stateFolder: string): Promise<StackUnderTest> {
    const child = spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    const output: string[] = [];
    const keep = (chunk: Buffer): void => void output.push(chunk.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const stack = new StackUnderTest(stateFolder, child, output);
    await stack.until(async () => output.join('').includes('Ctrl-C stops all'), startsWithinMs);
    return stack;
  }

  async note(): Promise<Note> {
    return JSON.parse(await readFile(join(this.stateFolder, 'stack.json'), 'utf8')) as Note;
  }

  async environment(): Promise<NodeJS.ProcessEnv> {
    const { temporalAddress, ui } = await this.note();
    return { ...process.env, TEMPORAL_ADDRESS: temporalAddress, SOCLE_UI: ui, NO_COLOR: '1' };
  }

  /** Runs the CLI to its end. */
  async socle(...args: string[]): Promise<Ran> {
    return (await this.begin(...args)).ended;
  }

  /** Starts the CLI. */
  async begin(...args: string[]): Promise<Begun> {
    const child = spawn(process.execPath, [main, ...args], {
      env: await this.environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    return {
      kill: () => void child.kill('SIGKILL'),
      ended: once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr })),
    };
  }

  async journal(): Promise<Effect[]> {
    return this.ask<Effect[]>('journal');
  }

  async leftovers(): Promise<Leftovers> {
    return this.ask<Leftovers>('leftovers');
  }

  async arm(fault: Record<string, unknown>): Promise<void> {
    await this.post('faults', fault);
  }

  /** Subjects of faults that have not struck yet. @throws TypeError while the sandbox is away. */
  async armed(): Promise<string[]> {
    return (await this.ask<{ subject?: string }[]>('faults')).map(({ subject = '' }) => subject);
  }

  /** Takes back what has not struck yet. */
  async disarm(): Promise<void> {
    const { control } = await this.note();
    await fetch(`${control}/faults`, { method: 'DELETE' });
  }

  /** Lets something befall a machine. @throws TypeError while the sandbox is away. */
  async disturb(machine: string, what: 'cut' | 'power-off' | 'power-on'): Promise<void> {
    await this.post(`machines/${machine}/${what}`, {});
  }

  private async post(path: string, body: Record<string, unknown>): Promise<void> {
    const { control } = await this.note();
    const answer = await fetch(`${control}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`the sandbox refused ${path}: ${await answer.text()}`);
  }

  private async ask<T>(path: string): Promise<T> {
    const { control } = await this.note();
    return (await (await fetch(`${control}/${path}`)).json()) as T;
  }

  async until(probe: () => Promise<boolean>, withinMs: number): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (!(await probe())) {
      if (Date.now() > deadline)
        throw new Error(`not within ${withinMs} ms; the stack said:\n${this.output.join('').slice(-2_000)}`);
      if (this.child.exitCode !== null)
        throw new Error(`the stack ended:\n${this.output.join('').slice(-2_000)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Kills the command itself; the programs that it started find out on their own. */
  async kill(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      const exited = once(this.child, 'exit');
      this.child.kill('SIGINT');
      await exited;
    }
    await rm(this.stateFolder, { recursive: true, force: true });
  }
}

/** The build that the processes under test run. */
export function buildOnce(): void {
  const { status, stderr } = spawnSync('npm', ['run', '--silent', 'build'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the build failed: ${stderr}`);
}
