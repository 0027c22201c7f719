import { describe } from 'vitest';
import { canTestWith } from '../../tools/test-programs.js';
import { gitContract } from './git-contract.js';
import { gogsContract } from './gogs-contract.js';
import { gogsUnderTest } from './gogs-serving.js';

gogsContract('the sandbox', gogsUnderTest);

describe.runIf(canTestWith('git'))('with the program git', () => {
  gitContract('the sandbox', gogsUnderTest);
});
