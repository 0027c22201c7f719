import { randomUUID } from 'node:crypto';
import { Fault } from './fault.js';
import { data, ref, type Ref, type Value } from './value.js';

type Task = {
  id: string;
  name: string;
  descriptionId: string;
  entity: Ref;
  entityName: string;
  state: 'queued' | 'running' | 'success' | 'error';
  progress: number;
  result?: Value;
  error?: Fault;
};

export type TaskSpec = {
  /** vim's own name of the work: `VirtualMachine.clone`. */
  descriptionId: string;
  entity: Ref;
  entityName: string;
  durationMs: number;
  /** Tasks of a lane run so many at once; the others stay queued. */
  lane?: { name: string; width: number };
  /** Runs when the task leaves the queue. */
  start?: () => void;
  /** Runs when its time is over; its answer is the task's result, a Fault its error. */
  finish: () => Value | Promise<Value>;
  /** Undoes `start` after an error. */
  undo?: () => void;
};

/** The server's tasks. They go on whoever asks or disconnects, and end at `close`. */
export class Tasks {
  private readonly tasks = new Map<string, Task>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly running = new Map<string, number>();
  private readonly waiting = new Map<string, (() => void)[]>();
  private next = 1;
  /** A client that outlived a restart of this server must not take a new task for the one it waits for. */
  private readonly life = randomUUID().slice(0, 8);

  begin(spec: TaskSpec): Ref {
    const task: Task = {
      id: `task-${this.life}-${this.next++}`,
      name: spec.descriptionId,
      descriptionId: spec.descriptionId,
      entity: spec.entity,
      entityName: spec.entityName,
      state: 'queued',
      progress: 0,
    };
    this.tasks.set(task.id, task);
    const go = (): void => this.run(task, spec);
    const { lane } = spec;
    if (lane !== undefined && (this.running.get(lane.name) ?? 0) >= lane.width)
      this.waiting.set(lane.name, [...(this.waiting.get(lane.name) ?? []), go]);
    else go();
    return ref('Task', task.id);
  }

  /** The TaskInfo of a task, undefined when there is none of that id. */
  info(id: string): Value {
    const task = this.tasks.get(id);
    if (task === undefined) return undefined;
    const { error } = task;
    return data('TaskInfo', {
      key: task.id,
      task: ref('Task', task.id),
      name: task.name,
      descriptionId: task.descriptionId,
      entity: task.entity,
      entityName: task.entityName,
      state: task.state,
      cancelled: false,
      cancelable: false,
      error:
        error === undefined
          ? undefined
          : data('LocalizedMethodFault', { fault: error.detail, localizedMessage: error.message }),
      result: task.result,
      progress: task.state === 'running' ? task.progress : undefined,
      reason: data('TaskReasonUser', { userName: 'sandbox' }),
      queueTime: new Date(0).toISOString(),
      eventChainId: Number(task.id.split('-')[2]),
    });
  }

  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.waiting.clear();
  }

  private run(task: Task, spec: TaskSpec): void {
    const lane = spec.lane?.name;
    if (lane !== undefined) this.running.set(lane, (this.running.get(lane) ?? 0) + 1);
    task.state = 'running';
    task.progress = 10;
    try {
      spec.start?.();
    } catch (error) {
      this.end(task, spec, error);
      return;
    }
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      Promise.resolve()
        .then(spec.finish)
        .then(
          (result) => this.end(task, spec, undefined, result),
          (error: unknown) => {
            spec.undo?.();
            this.end(task, spec, error);
          },
        );
    }, spec.durationMs);
    this.timers.add(timer);
  }

  private end(task: Task, spec: TaskSpec, error: unknown, result?: Value): void {
    if (error === undefined) Object.assign(task, { state: 'success', result });
    else
      Object.assign(task, {
        state: 'error',
        error:
          error instanceof Fault ? error : new Fault('SystemError', { reason: (error as Error).message }),
      });
    const lane = spec.lane?.name;
    if (lane === undefined) return;
    this.running.set(lane, (this.running.get(lane) ?? 1) - 1);
    this.waiting.get(lane)?.shift()?.();
  }
}
