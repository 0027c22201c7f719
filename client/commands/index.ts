import type { Command } from 'commander';
import { artifactsCommand } from './artifacts.js';
import { cancelCommand } from './cancel.js';
import { certificatesCommand } from './certificates.js';
import { dnsCommand } from './dns.js';
import { portsCommand } from './ports.js';
import { deployCommand } from './deploy.js';
import { demoCommand } from './demo.js';
import { devCommand } from './dev.js';
import { approveCommand, rejectCommand } from './gate-answers.js';
import { initCommand } from './init.js';
import { labCommand } from './lab.js';
import { listCommand } from './list.js';
import { abortCommand, retryCommand, skipCommand } from './park-answers.js';
import { passwordCommand } from './password.js';
import { planCommand } from './plan.js';
import { removeCommand } from './remove.js';
import { runCommand } from './run.js';
import { statusCommand, watchCommand } from './status.js';
import { validateCommand } from './validate.js';
import { vaultCommand } from './vault.js';
import { workerCommand } from './worker.js';

/** Every verb, in the order of a site's life. */
export function commands(): Command[] {
  return [
    initCommand(),
    validateCommand(),
    planCommand(),
    portsCommand(),
    dnsCommand(),
    certificatesCommand(),
    passwordCommand(),
    artifactsCommand(),
    deployCommand(),
    statusCommand(),
    watchCommand(),
    approveCommand(),
    rejectCommand(),
    retryCommand(),
    skipCommand(),
    abortCommand(),
    cancelCommand(),
    removeCommand(),
    runCommand(),
    listCommand(),
    vaultCommand(),
    workerCommand(),
    devCommand(),
    demoCommand(),
    labCommand(),
  ];
}
