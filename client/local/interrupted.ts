/** Resolves at the first Ctrl-C, SIGTERM or closed terminal; later ones change nothing, because all is being stopped. */
export function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}
