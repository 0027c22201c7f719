import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { laboratoryName } from './names.js';

const lookAgainMs = 100;

/**
 * Does a task while no other process of this computer does one that goes by the same name; waits until it may.
 * The lock is a name among the abstract sockets: it goes with its process, however that ends, and leaves no file.
 * @see https://man7.org/linux/man-pages/man7/unix.7.html
 */
export async function oneAtATime<T>(name: string, task: () => Promise<T>): Promise<T> {
  const lock = createServer();
  for (;;) {
    try {
      lock.listen(`\0${laboratoryName}-${name}`);
      await once(lock, 'listening');
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      await sleep(lookAgainMs);
    }
  }
  try {
    return await task();
  } finally {
    lock.close();
  }
}
