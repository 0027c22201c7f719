import type { Artifact } from '../../config/artifacts/artifact.js';
import type { Image } from '../../config/artifacts/image.js';
import type { Fetched } from '../artifacts/fetch-all.js';
import type { Verified } from '../artifacts/verify-all.js';
import { count, wrap } from './text.js';

const width = 80;
const indent = '    ';

type Named = Pick<Artifact | Image, 'name' | 'version' | 'licence' | 'neededBy'>;

/** Files or images of the catalogue as a table of 80 columns. */
export function artifactTable(artifacts: readonly Named[]): string[] {
  const rows = [
    ['name', 'version', 'licence', 'needed by'],
    ...artifacts.map(({ name, version, licence, neededBy }) => [
      name,
      version,
      licence,
      neededBy.join(', ') || 'the site',
    ]),
  ];
  const columns = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(columns[column] ?? 0))
      .join('   ')
      .trimEnd(),
  );
}

/** One file or image that was brought, was there, or could not be had. */
export function fetchedLines(fetched: Fetched): string[] {
  if (fetched.state === 'failed')
    return [`✗ ${label(fetched.artifact).trimEnd()}`, ...below(fetched.problem)];
  const said = fetched.state === 'present' ? 'is there' : 'fetched, checksum right';
  return [`✓ ${label(fetched.artifact)}${said}`];
}

/** A download under way: `  vault 1.21.1   ███░ 12.0 of 180.3 MB`. */
export function progressLine(artifact: Named, bytes: number, totalBytes: number | undefined): string {
  const of = totalBytes === undefined ? '' : ` of ${megabytes(totalBytes)}`;
  return `▸ ${label(artifact)}${megabytes(bytes)}${of} MB`;
}

/** Everything that is missing or wrong in a store, or that nothing is. */
export function verifiedLines(store: string, all: readonly Verified[]): string[] {
  const wrong = all.filter(({ problem }) => problem !== undefined);
  if (wrong.length === 0) return [`${store} holds all ${count(all.length, 'artefact')}, checksums right`];
  return [
    `${store}: ${wrong.length} of ${count(all.length, 'artefact')} missing or wrong`,
    '',
    ...wrong.flatMap(({ artifact, path, problem = '' }) => [
      `  ${label(artifact)}${path}`,
      ...below(problem),
    ]),
  ];
}

function label({ name, version }: Named): string {
  return `${name} ${version}`.padEnd(20).concat(' ');
}

/** No word is cut: checksums and addresses are copied. */
function below(text: string): string[] {
  return wrap(text, width - indent.length).map((line) => indent + line);
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
