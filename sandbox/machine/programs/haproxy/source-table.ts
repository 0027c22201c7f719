const rateWindowMs = 10_000;

/** A stick-table of addresses: connections that are open, and those that began in the last ten seconds. */
export type SourceTable = {
  /** Counts a connection; answers how to end it. */
  track: (source: string) => () => void;
  connections: (source: string) => number;
  newConnections: (source: string) => number;
};

export function createSourceTable(): SourceTable {
  const entries = new Map<string, { open: number; begun: number[] }>();
  const recent = (source: string): number[] => {
    const entry = entries.get(source);
    if (!entry) return [];
    const since = Date.now() - rateWindowMs;
    entry.begun = entry.begun.filter((at) => at > since);
    return entry.begun;
  };
  return {
    track: (source) => {
      const entry = entries.get(source) ?? { open: 0, begun: [] };
      entries.set(source, entry);
      entry.open += 1;
      recent(source).push(Date.now());
      return () => void (entry.open -= 1);
    },
    connections: (source) => entries.get(source)?.open ?? 0,
    newConnections: (source) => recent(source).length,
  };
}
