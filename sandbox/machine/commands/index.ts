import type { SimulatedCommand } from '../command.js';
import { accountCommands } from './accounts.js';
import { curlCommands } from './curl.js';
import { diskCommands } from './disks.js';
import { fileCommands } from './files.js';
import { firewallCommands } from './firewall.js';
import { groupCommands } from './groups.js';
import { kernelCommands } from './kernel.js';
import { loadBalancingCommands } from './load-balancing.js';
import { networkCommands } from './network.js';
import { opensslCommands } from './openssl.js';
import { packageCommands } from './packages.js';
import { securityCommands } from './security.js';
import { shellCommands } from './shells.js';
import { sshCommands } from './ssh.js';
import { sqliteCommands } from './sqlite.js';
import { systemctlCommands } from './systemctl.js';
import { timeCommands } from './time.js';
import { transientCommands } from './transient.js';
import { unzipCommands } from './unzip.js';
import { umaskCommands } from './umask.js';

/** Every command beside those that just-bash has itself. What is not here does not exist on a simulated machine. */
export const allCommands: readonly SimulatedCommand[] = [
  ...shellCommands,
  ...accountCommands,
  ...groupCommands,
  ...fileCommands,
  ...umaskCommands,
  ...packageCommands,
  ...systemctlCommands,
  ...transientCommands,
  ...kernelCommands,
  ...networkCommands,
  ...firewallCommands,
  ...diskCommands,
  ...unzipCommands,
  ...timeCommands,
  ...securityCommands,
  ...curlCommands,
  ...loadBalancingCommands,
  ...opensslCommands,
  ...sqliteCommands,
  ...sshCommands,
];
