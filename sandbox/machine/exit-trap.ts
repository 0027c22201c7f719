import type { ScriptNode, TransformPlugin } from 'just-bash';

/** What one shell does at its end: just-bash 3.4.2 has no `trap`. */
export type ExitTrap = {
  /** Reads each script before it runs. */
  plugin: TransformPlugin;
  /** The command `trap`. @returns a complaint about what is not simulated */
  set: (words: readonly string[], variables: Map<string, string>) => string | undefined;
  /** Takes note of the variables before a script ends by `exit`, after which just-bash tells of none. */
  note: (variables: ReadonlyMap<string, string>) => void;
  /**
   * What is to run when the script has ended, with its variables, options and functions; undefined when nothing is. The
   * script's own status stays the shell's.
   */
  due: (last: Variables) => { script: string; env: Variables } | undefined;
};

type Variables = Record<string, string>;

/** Runs before each `exit` of a script with a trap, and ends with the status that it is given. */
export const beforeExit = 'before-exit';

/** Is in the variables that are told of at a script's end, unless it ended by `exit`. */
const mark = 'SIMULATED_TRAP';

/** Of options that end a script early, what `set` calls them. */
const options = { errexit: '-e', nounset: '-u' };

export function exitTrap(): ExitTrap {
  let handler: string | undefined;
  let functions: object[] = [];
  let noted: Variables = {};
  let isEnding = false;
  return {
    plugin: {
      name: 'exit-trap',
      transform: ({ ast }) => {
        if (isEnding) return { ast: { ...ast, statements: [...functions, ...ast.statements] } as ScriptNode };
        if (!traps(ast)) return { ast };
        if (trapsInSubshell(ast))
          throw new Error('trap is simulated at the top of a script and in its functions, in no subshell');
        const noting = withNotes(ast) as ScriptNode;
        functions = definitionsIn(noting).map((definition) => statement(definition));
        return { ast: noting };
      },
    },
    set: (words, variables) => {
      const [text = '', ...signals] = words[0] === '--' ? words.slice(1) : words;
      if (signals.length !== 1 || !['EXIT', '0'].includes(signals[0]!))
        return 'trap: only trap COMMANDS EXIT and trap - EXIT are simulated';
      handler = text === '-' || text === '' ? undefined : text;
      variables.set(mark, '1');
      return undefined;
    },
    note: (variables) => {
      noted = Object.fromEntries(variables);
    },
    due: (last) => {
      if (handler === undefined || isEnding) return undefined;
      isEnding = true;
      const env = mark in last ? last : noted;
      const set = (env['SHELLOPTS'] ?? '').split(':');
      const flags = Object.entries(options).flatMap(([name, flag]) => (set.includes(name) ? flag : []));
      return { script: [...flags.map((flag) => `set ${flag}`), handler].join('\n'), env };
    },
  };
}

type Node = { type?: string; name?: unknown; commands?: unknown[]; background?: boolean };

function isNode(value: unknown): value is Node {
  return value !== null && typeof value === 'object';
}

/** All functions of a script, those within others too, in the order in which they stand. */
function definitionsIn(node: unknown): object[] {
  if (!isNode(node)) return [];
  const own = node.type === 'FunctionDef' ? [node] : [];
  return [...own, ...Object.values(node).flatMap(definitionsIn)];
}

function trapsInSubshell(node: unknown, isInside = false): boolean {
  if (!isNode(node)) return false;
  if (isInside && node.type === 'SimpleCommand' && nameOf(node) === 'trap') return true;
  const isSubshell =
    ['Subshell', 'CommandSubstitution', 'ProcessSubstitution'].includes(node.type ?? '') ||
    (node.type === 'Pipeline' && (node.commands ?? []).length > 1) ||
    node.background === true;
  return Object.values(node).some((value) => trapsInSubshell(value, isInside || isSubshell));
}

function traps(node: unknown): boolean {
  if (!isNode(node)) return false;
  return (node.type === 'SimpleCommand' && nameOf(node) === 'trap') || Object.values(node).some(traps);
}

/** `exit …` becomes `{ before-exit $? && exit … || exit …; }`, which `set -e` ends no earlier. */
function withNotes(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withNotes);
  if (!isNode(node)) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withNotes(value)]));
  if (node.type !== 'SimpleCommand' || nameOf(node) !== 'exit') return copy;
  const status = { type: 'ParameterExpansion', parameter: '?', operation: null };
  const noting = {
    type: 'SimpleCommand',
    name: word({ type: 'Literal', value: beforeExit }),
    args: [word(status)],
    assignments: [],
    redirections: [],
  };
  const body = [{ ...statement(noting, copy, copy), operators: ['&&', '||'] }];
  return { type: 'Group', body, redirections: [] };
}

function word(part: object): object {
  return { type: 'Word', parts: [part] };
}

function nameOf({ name }: Node): string | undefined {
  return (name as { parts?: { value?: string }[] } | null)?.parts?.[0]?.value;
}

function statement(...commands: object[]): object {
  return {
    type: 'Statement',
    pipelines: commands.map((command) => ({ type: 'Pipeline', commands: [command], negated: false })),
    operators: [],
    background: false,
  };
}
