import type { SparseSite } from '../load/prune.js';
import type { Finding } from '../problem.js';

/** Two artefacts under one name: a store and the roles know one of each. */
export function artifactFindings({ artifacts }: SparseSite): Finding[] {
  const names = (artifacts?.catalogue ?? []).map((entry) => entry?.name);
  return names.flatMap((name, index): Finding[] =>
    name === undefined || names.indexOf(name) === index
      ? []
      : [
          {
            path: ['artifacts', 'catalogue', index, 'name'],
            message: `"${name}" is already artifacts.catalogue[${names.indexOf(name)}]. Remove one of the two`,
          },
        ],
  );
}
