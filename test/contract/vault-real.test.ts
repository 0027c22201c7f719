import { describe } from 'vitest';
import { canTestWith } from '../../tools/test-programs.js';
import { vaultByHandContract } from './vault-by-hand-contract.js';
import { vaultClusterContract } from './vault-cluster-contract.js';
import { vaultConfigurationContract } from './vault-configuration-contract.js';
import { vaultContract } from './vault-contract.js';
import { vaultInitialisationContract } from './vault-initialisation-contract.js';
import { vaultTransitContract } from './vault-transit-contract.js';
import { vaultRefusalsContract } from './vault-refusals-contract.js';
import { realVault } from './vault-targets.js';

describe.runIf(canTestWith('go'))("HashiCorp's Vault", () => {
  vaultContract('the real Vault', realVault);
  vaultRefusalsContract('the real Vault', realVault);
  vaultInitialisationContract('the real Vault', realVault);
  vaultConfigurationContract('the real Vault', realVault);
  vaultClusterContract('the real Vault', realVault);
  vaultByHandContract('the real Vault', realVault);
  vaultTransitContract('the real Vault', realVault);
});
