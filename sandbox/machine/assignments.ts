import type { ScriptNode, TransformPlugin } from 'just-bash';

// just-bash exports no types for what a script consists of.
type Word = { type: 'Word'; parts: object[] };
type Assignment = { name: string; value: Word | null; append: boolean; array: Word[] | null };
type SimpleCommand = { type: 'SimpleCommand'; name: Word | null; args: Word[]; assignments: Assignment[] };

/**
 * An assignment without a command succeeds (POSIX, Shell Command Language, 2.9.1), but just-bash 3.4.2 keeps the status
 * of the command before it, so that `command || name=$?` ends a script under `set -e`. As `declare -g` the same
 * assignment succeeds. One with a command substitution has the substitution's status and stays as it is.
 */
export const assignmentsSucceed: TransformPlugin = {
  name: 'assignments-succeed',
  transform: ({ ast }) => ({ ast: rewritten(ast) as ScriptNode }),
};

function rewritten(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(rewritten);
  if (node === null || typeof node !== 'object') return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, rewritten(value)]));
  return isBareAssignment(copy) ? declared(copy) : copy;
}

function isBareAssignment(node: object): node is SimpleCommand {
  const { type, name, assignments } = node as Partial<SimpleCommand>;
  if (type !== 'SimpleCommand' || name !== null || !assignments || assignments.length === 0) return false;
  return assignments.every(
    (assignment) => assignment.array === null && !assignment.append && !substitutes(assignment.value),
  );
}

function substitutes(node: unknown): boolean {
  if (node === null || typeof node !== 'object') return false;
  if ((node as { type?: string }).type === 'CommandSubstitution') return true;
  return Object.values(node).some(substitutes);
}

function declared(command: SimpleCommand): SimpleCommand {
  return {
    ...command,
    assignments: [],
    name: word('declare'),
    args: [word('-g'), ...command.assignments.map(asArgument)],
  };
}

function asArgument({ name, value }: Assignment): Word {
  return { type: 'Word', parts: [{ type: 'Literal', value: `${name}=` }, ...(value?.parts ?? [])] };
}

function word(value: string): Word {
  return { type: 'Word', parts: [{ type: 'Literal', value }] };
}
