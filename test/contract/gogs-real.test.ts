import { describe } from 'vitest';
import { canTestWith, type TestProgram } from '../../tools/test-programs.js';
import { gitContract } from './git-contract.js';
import { gogsContract } from './gogs-contract.js';
import { startGitea } from './gogs-targets.js';

const needed: readonly TestProgram[] = ['go', 'gcc', 'git'];

describe.runIf(needed.every(canTestWith))('Gitea, as Gogs answers', () => {
  gogsContract('Gitea', startGitea);
  gitContract('Gitea', startGitea);
});
