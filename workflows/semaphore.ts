/** Lets at most `limit` callers through at once, in the order they came. */
export type Semaphore = <T>(work: () => Promise<T>) => Promise<T>;

/** Makes a semaphore; without a limit everyone passes. */
export function createSemaphore(limit: number | undefined): Semaphore {
  if (limit === undefined) return (work) => work();
  let free = limit;
  const queue: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((enter) => queue.push(enter));
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else free += 1;
    }
  };
}
