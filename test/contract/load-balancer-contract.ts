import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LoadBalancerInputs } from '../../activities/roles/3-base-infrastructure/load-balancer/inputs.js';
import { nextLine } from './load-balancer-peer.js';

export type Client = { process: ChildProcess; lines: AsyncIterator<string> };

/** lb-dmz as the role makes it, with nodes behind it and clients in front of it. */
export type Pair = {
  /** By name, the one that is preferred first. */
  one: string;
  two: string;
  public: string;
  internal: string;
  addressOf: (name: string) => string;
  /** Addresses of clients: one that may reach everything that managers may, and one that may not. */
  manager: string;
  stranger: string;
  /** How many connections the reload is tried under. */
  connections: number;
  /** A client of load-balancer-peer.mjs. */
  client: (task: Record<string, unknown>) => Client;
  /** Runs a command where the clients are and answers what it printed. */
  command: (...words: string[]) => Promise<string>;
  hasAddress: (name: string, address: string) => Promise<boolean>;
  killHaproxy: (name: string) => Promise<void>;
  startHaproxy: (name: string) => Promise<void>;
  reloadHaproxy: (name: string) => Promise<void>;
  /** HAProxy's processes, the master first, where there are any. */
  processes?: (name: string) => number[];
  endKeepalived: (name: string, how: 'stop' | 'kill') => Promise<void>;
  startKeepalived: (name: string) => Promise<void>;
  cable: (name: string, state: 'in' | 'out') => Promise<void>;
  /** Replaces haproxy.cfg by that of other inputs; answers its fingerprint. */
  configure: (name: string, inputs: LoadBalancerInputs) => Promise<string>;
  /** What the health socket answers; empty when nobody answers. */
  inForce: (name: string) => Promise<string>;
  close: () => Promise<void> | void;
};

type Answer = { answer?: string; error?: string };

/** What a pair of load balancers does, real or simulated. */
export function pairContract(
  what: string,
  possible: boolean,
  makePair: (inputs: LoadBalancerInputs) => Promise<Pair>,
): void {
  describe.runIf(possible).each([
    { advertisementSeconds: 1, movesWithinMs: 5_000 },
    { advertisementSeconds: 0.3, movesWithinMs: 3_000 },
  ])(`${what} that advertises every $advertisementSeconds s`, ({ advertisementSeconds, movesWithinMs }) => {
    let pair: Pair;
    beforeAll(async () => {
      const inputs = LoadBalancerInputs.parse({
        advertisementSeconds,
        publicLimits: { connectionsPerSource: 2_000, newPerSecondPerSource: null },
      });
      pair = await makePair(inputs);
      await backAt(pair, pair.one);
    });
    afterAll(() => pair.close());

    test('the public address answers with a node that knows the client', async () => {
      const { answer } = await ask(pair, pair.public, 443, pair.stranger);
      expect(JSON.parse(answer ?? '{}')).toMatchObject({ client: pair.stranger });
    });

    test('6443 and 9345 are refused on the public address, and taken on the internal one from who may', async () => {
      for (const port of [6443, 9345])
        expect(await ask(pair, pair.public, port)).toEqual({ error: 'ECONNREFUSED' });
      expect((await ask(pair, pair.internal, 6443)).answer).toBe('HTTP/1.1 200 OK');
      expect((await ask(pair, pair.internal, 6443, pair.stranger)).error).toMatch(/ECONNRESET|closed/);
      expect((await ask(pair, pair.internal, 9345)).error).toMatch(/ECONNRESET|closed/);
    });

    test('the addresses move when HAProxy is killed, and come back with it', async () => {
      const outage = await outageMs(pair, async () => {
        await pair.killHaproxy(pair.one);
        await holds(pair, pair.two, pair.internal, true, movesWithinMs);
        await backAt(pair, pair.two);
      });
      expect(outage).toBeLessThan(movesWithinMs);
      await pair.startHaproxy(pair.one);
      await backAt(pair, pair.one);
    });

    test('the addresses move when keepalived is stopped, and when it is killed', async () => {
      for (const how of ['stop', 'kill'] as const) {
        const outage = await outageMs(pair, async () => {
          await pair.endKeepalived(pair.one, how);
          await holds(pair, pair.two, pair.public, true, movesWithinMs);
        });
        expect(outage, how).toBeLessThan(movesWithinMs);
        await pair.startKeepalived(pair.one);
        await backAt(pair, pair.one);
      }
    });

    test('the addresses move when the machine is cut off, and come back with it', async () => {
      const outage = await outageMs(pair, async () => {
        await pair.cable(pair.one, 'out');
        await holds(pair, pair.two, pair.public, true, movesWithinMs);
      });
      expect(outage).toBeLessThan(movesWithinMs);
      await pair.cable(pair.one, 'in');
      await backAt(pair, pair.one);
    });

    test.runIf(advertisementSeconds === 1)('a reload under many connections loses none', async () => {
      const count = pair.connections;
      const before = pair.processes?.(pair.one);
      const client = pair.client({ do: 'many', count, address: pair.public, port: 443, from: pair.manager });
      type Line = { asked?: number; open?: number; errors?: string[]; again?: number };
      let last: Line = {};
      do {
        last = await nextLine<Line>(client.lines);
        if (last.asked === count * 0.3 || last.asked === count * 0.6) await pair.reloadHaproxy(pair.one);
      } while (last.asked !== undefined);
      expect(last).toEqual({ open: count, errors: [] });
      client.process.stdin!.write('again\n');
      expect(await nextLine<Line>(client.lines)).toEqual({ again: count });
      if (!before) return;
      const after = pair.processes!(pair.one);
      expect(after.filter((pid) => !before.includes(pid)).length).toBeGreaterThanOrEqual(1);
      expect(after).toContain(before[0]);
    });

    test.runIf(advertisementSeconds === 1)(
      'a limit that is reached turns away the next and lets in others',
      async () => {
        const limited = LoadBalancerInputs.parse({ publicLimits: { connectionsPerSource: 3 } });
        const fingerprint = await pair.configure(pair.one, limited);
        await pair.reloadHaproxy(pair.one);
        await expect.poll(() => pair.inForce(pair.one), { timeout: 10_000 }).toBe(fingerprint);
        const { manager } = pair;
        const client = pair.client({ do: 'many', count: 5, address: pair.public, port: 443, from: manager });
        const opened = await nextLine<{ open: number; errors: string[] }>(client.lines);
        expect({ open: opened.open, turnedAway: opened.errors.length }).toEqual({ open: 3, turnedAway: 2 });
        expect((await ask(pair, pair.public, 443, pair.stranger)).answer).toContain(pair.stranger);
        client.process.kill();
      },
    );

    test('the statistics want the password', async () => {
      const quiet = ['-sk', '--interface', pair.manager, '-o', '/dev/null', '-w', '%{http_code}'];
      const status = (...words: string[]) =>
        pair.command('curl', ...quiet, ...words, `https://${pair.addressOf(pair.one)}:8404/metrics`);
      expect(await status()).toBe('401');
      expect(await status('--user', 'socle:another')).toBe('401');
      expect(await status('--user', 'socle:a-password')).toBe('200');
    });
  });
}

/** Asks one question and answers what came of it. */
async function ask(pair: Pair, address: string, port: number, from = pair.manager): Promise<Answer> {
  return nextLine<Answer>(pair.client({ do: 'once', address, port, from }).lines);
}

/** Nobody tells when an address moves: the machine is asked until it says so, or the time is up. */
async function holds(
  pair: Pair,
  name: string,
  address: string,
  wanted: boolean,
  withinMs: number,
): Promise<void> {
  const startedAt = Date.now();
  while ((await pair.hasAddress(name, address)) !== wanted) {
    if (Date.now() - startedAt > withinMs)
      throw new Error(`${name} ${wanted ? 'never got' : 'kept'} ${address}`);
    await sleep(20);
  }
}

async function backAt(pair: Pair, name: string): Promise<void> {
  await holds(pair, name, pair.public, true, 15_000);
  await holds(pair, name === pair.one ? pair.two : pair.one, pair.public, false, 15_000);
}

/** The longest time without an answer while something was done. */
async function outageMs(pair: Pair, done: () => Promise<void>): Promise<number> {
  const poller = pair.client({ do: 'poll', address: pair.public, port: 443, from: pair.manager });
  const answered: number[] = [];
  const until = async (enough: () => boolean): Promise<void> => {
    while (!enough()) {
      const { at, answer } = await nextLine<{ at: number; answer?: string }>(poller.lines);
      if (answer !== undefined) answered.push(at);
    }
  };
  await until(() => answered.length >= 5);
  const from = answered.at(-1)!;
  await done();
  const doneAt = Date.now();
  await until(() => answered.filter((at) => at > doneAt).length >= 5);
  poller.process.kill();
  const times = answered.filter((at) => at >= from).sort((a, b) => a - b);
  return Math.max(...times.slice(1).map((at, index) => at - times[index]!));
}
