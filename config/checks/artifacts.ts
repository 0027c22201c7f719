import type { SparseSite } from '../load/prune.js';
import type { Finding } from '../problem.js';

/** Two artefacts or two images under one name, and two images of one reference: a store and the roles know one of each. */
export function artifactFindings({ artifacts }: SparseSite): Finding[] {
  const images = artifacts?.images ?? [];
  const references = images.map((entry) =>
    entry?.image === undefined || entry.version === undefined ? undefined : `${entry.image}:${entry.version}`,
  );
  return [
    ...repeated(
      (artifacts?.catalogue ?? []).map((entry) => entry?.name),
      'catalogue',
      'name',
    ),
    ...repeated(
      images.map((entry) => entry?.name),
      'images',
      'name',
    ),
    ...repeated(references, 'images', 'image'),
  ];
}

function repeated(
  values: readonly (string | undefined)[],
  list: 'catalogue' | 'images',
  key: string,
): Finding[] {
  return values.flatMap((value, index): Finding[] =>
    value === undefined || values.indexOf(value) === index
      ? []
      : [
          {
            path: ['artifacts', list, index, key],
            message: `"${value}" is already artifacts.${list}[${values.indexOf(value)}]. Remove one of the two`,
          },
        ],
  );
}
