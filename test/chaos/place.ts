import type { Client } from '@temporalio/client';
import type { Effect } from '../../sandbox/runtime.js';
import type { StackUnderTest } from '../end-to-end/stack.js';
import type { JournalTail } from './journal-tail.js';
import type { Kind } from './schedule.js';

/** What can be killed and frozen. */
export type Part = 'worker' | 'temporal' | 'sandbox';

/** Where a deployment is disturbed: the sandbox, or real machines. */
export type Place = {
  /** What can strike there. */
  kinds: readonly Kind[];
  /** The site that is deployed unless another one is named. */
  file: string;
  start: (waits: 'none' | 'short' | 'realistic') => Promise<Ground>;
};

/** A place with all that runs there. */
export type Ground = {
  stack: StackUnderTest;
  /** Whether steps may take so long that a heartbeat must do as a sign of work. */
  slow: boolean;
  journal: JournalTail;
  /** What stands in the journal for a machine that was made. */
  made: string;
  /** How far the deployment is, from 0 to 1; the last that was seen while nobody answers. */
  progress: (client: Client, site: string, machines: number) => Promise<number>;
  /** The process that is such a part now. @throws Error where there is none */
  pidOf: (part: Part) => Promise<number>;
  /** False while nobody takes orders there. */
  disturb: (machine: string, what: 'cut' | 'power-off' | 'power-on') => Promise<boolean>;
  /** Resets the connection of the machine's next script, so many milliseconds into it. */
  resetScript?: {
    arm: (machine: string, afterMs: number) => Promise<boolean>;
    /** False as long as it waits for a script; true when it struck, and while nobody can be asked. */
    isOver: (machine: string) => Promise<boolean>;
    /** Takes it back: it must not strike anything later. */
    takeBack: () => Promise<void>;
  };
  /** What machines say themselves of what was done to them, beside the journal. */
  ownEffects: (machines: readonly string[]) => Promise<Effect[]>;
  leftovers: () => Promise<Record<string, unknown[]>>;
};
