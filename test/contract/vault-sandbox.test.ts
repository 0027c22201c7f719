import { afterAll } from 'vitest';
import { vaultByHandContract } from './vault-by-hand-contract.js';
import { vaultClusterContract } from './vault-cluster-contract.js';
import { vaultConfigurationContract } from './vault-configuration-contract.js';
import { vaultContract } from './vault-contract.js';
import { vaultInitialisationContract } from './vault-initialisation-contract.js';
import { vaultTransitContract } from './vault-transit-contract.js';
import { vaultRefusalsContract } from './vault-refusals-contract.js';
import { simulatedVault } from './vault-sandbox.js';

const { runner, close } = simulatedVault();
afterAll(close);

vaultContract('the sandbox', runner);
vaultRefusalsContract('the sandbox', runner);
vaultInitialisationContract('the sandbox', runner);
vaultConfigurationContract('the sandbox', runner);
vaultClusterContract('the sandbox', runner);
vaultTransitContract('the sandbox', runner);
vaultByHandContract('the sandbox', runner);
