import type { Answer, Question } from './answer.js';
import type { Fields, Rules } from './bound.js';
import type { Gogs } from './node.js';
import type { GogsState, Mode, Organisation, Repository, User } from './state.js';

/** Who asks, and how they logged in. */
export type Login = { user: User; by: 'token' | 'password' };

/** One request as a route sees it. */
export type Call = {
  gogs: Gogs;
  state: GogsState;
  /** What the route's pattern found in the path. */
  names: readonly string[];
  question: Question;
  fields: Fields;
  login: Login | undefined;
};

/** A request that is about a repository which the login may see. */
export type RepositoryCall = Call & {
  login: Login;
  repository: Repository;
  owner: User | Organisation;
  mode: Mode;
};

export type Act<Of extends Call> = (call: Of) => Answer | Promise<Answer>;

type Common = {
  /** As `METHOD`. */
  on: string;
  /** Of the path below `/api/v1/`. */
  path: RegExp;
  /** What is wanted of the body; none is read when absent. */
  rules?: Rules;
  /** Everything that it does is done at once, or nothing. */
  changes?: boolean;
};

export type Route = Common &
  (
    | { for: 'anybody'; act: Act<Call> }
    | { for: 'token' | 'password' | 'administrator'; act: Act<Call & { login: Login }> }
    /** Of a repository, whose owner and name are the first two names; the mode is what it takes at least. */
    | { for: 'repository'; mode: Mode; anyLogin?: boolean; act: Act<RepositoryCall> }
  );
