import { dirname } from 'node:path/posix';
import type { ScriptNode, TransformPlugin } from 'just-bash';
import type { Session } from './command.js';
import type { MachineFiles } from './file-system.js';

/** Where a shell notes its mask: just-bash gives a variable its former value back when a subshell ends. */
export const maskVariable = 'SIMULATED_UMASK';

/** Takes up the mask that the variable holds, and ends with the status that it is given. */
export const maskAgain = 'mask-again';

const usualMask = 0o022;

/**
 * A machine's files as a shell with a mask makes them. just-bash 3.4.2 has none: its files are made with 644 and its
 * folders with 755, which is the mask 022.
 */
export function maskedFiles(files: MachineFiles, session: Session): MachineFiles {
  const masked =
    (name: 'writeFile' | 'appendFile' | 'mkdir', mode: number) =>
    async (path: string, ...rest: never[]): Promise<void> => {
      const mask = session.mask === undefined ? usualMask : Number.parseInt(session.mask, 8);
      const made = mask === usualMask ? [] : await missing(files, path);
      await files[name](path, ...rest);
      for (const each of made) await files.chmod(each, mode & ~mask);
    };
  const own: Record<PropertyKey, unknown> = {
    writeFile: masked('writeFile', 0o666),
    appendFile: masked('appendFile', 0o666),
    mkdir: masked('mkdir', 0o777),
  };
  return new Proxy(files, {
    get: (target, name) => {
      const value: unknown = own[name] ?? Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** The path and what is above it, as far as it is not there. */
async function missing(files: MachineFiles, path: string): Promise<string[]> {
  return path === '/' || (await files.exists(path)) ? [] : [path, ...(await missing(files, dirname(path)))];
}

type Node = { type?: string; name?: { parts?: { value?: string }[] } | null; args?: unknown[] };

/**
 * Lets the mask of `( … )` end with it.
 * @throws Error where a mask is set in another kind of subshell, whose end nobody would see
 */
export const subshellsEndMasks: TransformPlugin = {
  name: 'subshells-end-masks',
  transform: ({ ast }) => ({ ast: setsMask(ast) ? (rewritten(ast) as ScriptNode) : ast }),
};

function rewritten(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(rewritten);
  if (!isNode(node)) return node;
  if (isUnseenSubshell(node) && setsMask(node, 'Subshell'))
    throw new Error('umask is simulated at the top of a script and in ( ), in no other subshell');
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, rewritten(value)]));
  return node.type === 'Subshell' && setsMask(node) ? followed(copy) : copy;
}

function isNode(value: unknown): value is Node {
  return value !== null && typeof value === 'object';
}

function isUnseenSubshell(node: Node): boolean {
  const { type, commands, background } = node as Node & { commands?: unknown[]; background?: boolean };
  if (type === 'Pipeline') return (commands ?? []).length > 1;
  return type === 'CommandSubstitution' || type === 'ProcessSubstitution' || background === true;
}

function setsMask(node: unknown, without?: string): boolean {
  if (Array.isArray(node)) return node.some((one) => setsMask(one, without));
  if (!isNode(node) || (without !== undefined && node.type === without)) return false;
  if (node.type === 'SimpleCommand' && node.name?.parts?.[0]?.value === 'umask')
    return (node.args ?? []).length > 0;
  return Object.values(node).some((one) => setsMask(one, without));
}

/** `{ (…); mask-again $?; }`; what the subshell is redirected to is opened with the mask of the shell around it. */
function followed(subshell: object): object {
  const { redirections } = subshell as { redirections: unknown[] };
  const again = {
    type: 'SimpleCommand',
    name: word({ type: 'Literal', value: maskAgain }),
    args: [word({ type: 'ParameterExpansion', parameter: '?', operation: null })],
    assignments: [],
    redirections: [],
  };
  const body = [statement({ ...subshell, redirections: [] }), statement(again)];
  return { type: 'Group', body, redirections };
}

function statement(command: object): object {
  return {
    type: 'Statement',
    pipelines: [{ type: 'Pipeline', commands: [command], negated: false }],
    operators: [],
    background: false,
  };
}

function word(part: object): object {
  return { type: 'Word', parts: [part] };
}
