import type { Listener, SimulatedMachine } from '../machine.js';

/** What a unit does while it runs. It knows its machine's own files and meets others over the network alone. */
export type Running = {
  /** Reads its files again. @throws Error when it cannot use them; what ran before goes on. */
  reload: () => Promise<void>;
  /** Ends in order, as `systemctl stop` asks. */
  stop: () => void;
  /** Ends as SIGKILL or a power cut ends it: nobody is told. */
  kill: () => void;
  listeners: () => Listener[];
  /** Something else changed on the machine: another program, an address, its cable. */
  changed?: () => void;
};

export type Program = {
  /** False: systemd leaves the unit inactive, which is no failure (systemd.unit(5), conditions). */
  wanted?: (machine: SimulatedMachine) => Promise<boolean>;
  /** @throws Error in the program's words when it does not start. */
  start: (machine: SimulatedMachine) => Promise<Running>;
};

export type HttpQuestion = {
  method: string;
  path: string;
  host: string;
  authorization: string;
  contentType?: string;
  body?: string;
};
export type HttpAnswer = { status: number; headers: Record<string, string>; body: string };

/** A program behind a Unix socket of its machine. */
export type UnixSocket = (question: HttpQuestion) => HttpAnswer | Promise<HttpAnswer>;
