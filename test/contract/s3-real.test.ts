import { describe } from 'vitest';
import { canTestWith } from '../../tools/test-programs.js';
import { backupTargetContract } from './backup-target-contract.js';
import { s3Contract } from './s3-contract.js';
import { startRealS3 } from './s3-real.js';

describe.runIf(canTestWith('go'))("Versity's S3 server", () => {
  s3Contract('the real server', startRealS3);
  backupTargetContract('the real server', startRealS3);
});
