import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type Pair,
} from 'yaml';
import type { Path } from '../problem.js';

/** A YAML mistake with its line; the library's own text is not used because it may quote a secret. */
export type SyntaxFault = { line: number; path: Path; message: string };

/** What a YAML text holds. `lineOf` answers the line of a value's key, or of the nearest thing around it that exists. */
export type YamlSource = { value: unknown; faults: SyntaxFault[]; lineOf: (path: Path) => number };

const sentences: Record<string, string> = {
  BAD_INDENT: 'the indentation does not fit what stands above. Align it with its neighbours',
  TAB_AS_INDENT: 'a tab is used as indentation. Use spaces',
  MULTIPLE_DOCS: 'the file holds more than one document. Keep one and remove the line ---',
  MISSING_CHAR: 'a closing quote, bracket or comma is missing',
  UNEXPECTED_TOKEN: 'this cannot stand here. Look for a missing quote, colon or bracket here or just above',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line, followed by ": "',
  BLOCK_AS_IMPLICIT_KEY: 'a nested value must begin on its own line',
  BAD_ALIAS: 'an alias names an anchor that does not stand above it',
  DUPLICATE_KEY: 'a key stands twice. Keep one',
};

/** Reads YAML 1.2. Never throws: every fault is in the result; `value` is undefined when the text cannot be read. */
export function readYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
  });
  const lineAt = (offset: number) => Math.max(1, lines.linePos(offset).line);
  const lineOf = (path: Path) => lineAt(offsetOf(document, path));
  const faults: SyntaxFault[] = document.errors.map((error) => ({
    line: lineAt(error.pos[0]),
    path: [],
    message:
      sentences[error.code] ?? `this is not valid YAML (${error.code.toLowerCase().replaceAll('_', ' ')})`,
  }));
  if (faults.length > 0) return { value: undefined, faults, lineOf };
  const repeated = repeatedKeys(document.contents, []).map(({ path, first, again, key }) => ({
    line: lineAt(again),
    path,
    message: `"${key}" stands twice, first on line ${lineAt(first)}. Keep one`,
  }));
  const value = plainValue(document);
  if (value === unusable) {
    const message = 'an alias contains itself, or aliases multiply without end. Write the values out';
    return { value: undefined, faults: [{ line: 1, path: [], message }], lineOf };
  }
  return { value, faults: repeated, lineOf };
}

const unusable = Symbol('unusable');

/** The document as plain values; `unusable` when its aliases run in a circle or exceed the library's limit. */
function plainValue(document: Document.Parsed): unknown {
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return holdsItself(value, []) ? unusable : value;
  } catch {
    // Nothing but the library's guard against excessive aliases throws on a document without errors.
    return unusable;
  }
}

function holdsItself(value: unknown, around: readonly unknown[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return around.includes(value) || Object.values(value).some((item) => holdsItself(item, [...around, value]));
}

function offsetOf(document: Document.Parsed, path: Path): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const step of path) {
    const target: unknown = isAlias(node) ? node.resolve(document) : node;
    if (isMap(target)) {
      const pair = target.items.findLast((item) => keyText(item) === String(step));
      if (pair === undefined) return offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(target)) {
      node = target.items[Number(step)];
      offset = startOf(node) ?? offset;
    } else return offset;
  }
  return offset;
}

type RepeatedKey = { path: Path; key: string; first: number; again: number };

function repeatedKeys(node: unknown, path: Path): RepeatedKey[] {
  if (!isCollection(node)) return [];
  const seen = new Map<string, number>();
  return node.items.flatMap((item, index): RepeatedKey[] => {
    if (!isPair(item)) return repeatedKeys(item, [...path, index]);
    const key = keyText(item);
    const offset = startOf(item.key) ?? 0;
    const first = seen.get(key);
    const below = repeatedKeys(item.value, [...path, key]);
    if (first === undefined) seen.set(key, offset);
    return first === undefined ? below : [{ path, key, first, again: offset }, ...below];
  });
}

function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
