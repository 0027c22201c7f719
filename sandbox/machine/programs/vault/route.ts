import type { VaultNode } from './node.js';
import type { Answer, Operation, Question } from './question.js';
import type { Mount, Token, VaultState } from './state.js';

/** One request as the engine sees it that it is for. */
export type Call = {
  node: VaultNode;
  state: VaultState;
  mount: Mount;
  /** `kv/` or `auth/approle/`. */
  mountPath: string;
  /** What the route's pattern found in the path. */
  names: string[];
  question: Question;
  fields: Record<string, unknown>;
  token: { text: string; of: Token } | undefined;
};

export type Route = {
  on: Operation;
  /** Of the path below the mount. */
  path: RegExp;
  /** Asked by anybody, without a token. */
  open?: boolean;
  sudo?: boolean;
  /** Whether what is to be written is there already: policies tell `create` from `update`. */
  exists?: (call: Call) => boolean;
} & (
  | { changes: true; act: (call: Call) => Answer }
  | { changes: false; act: (call: Call) => Answer | Promise<Answer> }
);

type Options = Pick<Route, 'open' | 'sudo' | 'exists'>;

/** Reads, or acts on the node alone. */
export function reads(
  on: Operation,
  path: RegExp,
  act: (call: Call) => Answer | Promise<Answer>,
  options: Options = {},
): Route {
  return { on, path, act, changes: false, ...options };
}

/** Changes the state that it is given, or refuses and changes nothing. */
export function changes(
  on: Operation,
  path: RegExp,
  act: (call: Call) => Answer,
  options: Options = {},
): Route {
  return { on, path, act, changes: true, ...options };
}
