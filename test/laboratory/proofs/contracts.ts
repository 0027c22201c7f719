import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { namespace, stateFolder as laboratoryFolder, within } from '../../../laboratory/names.js';
import { stateFolder, type Datacentre } from '../datacentre.js';
import { program } from '../laboratory.js';

const suite = 'test/contract/laboratory-machine.test.ts';

/** Fewer would mean that a suite was not run. */
const fewestTests = 35;

/**
 * The contract suites that the sandbox is held to, on a machine after phase 1: in a process of its own, because the SSH
 * client has to be in the laboratory's network.
 */
export async function contractSuites(datacentre: Datacentre, machine: string): Promise<void> {
  const site = datacentre.copy('contract.yaml');
  const outer = Object.entries(process.env).filter(([key]) => !/^(VITEST|NODE_ENV$|TEST$)/.test(key));
  const words = ['npx', 'vitest', 'run', '--project', 'contract', '--reporter', 'json', suite];
  const authority = readFileSync(join(laboratoryFolder, 'authority', 'ca.pem'), 'utf8');
  const { stdout, stderr } = await program([...within(namespace), ...words], {
    ...Object.fromEntries(outer),
    SOCLE_CONTRACT_SITE: site,
    SOCLE_CONTRACT_MACHINE: machine,
    SOCLE_MASTER_KEY: readFileSync(join(stateFolder, 'master.key'), 'utf8'),
    SOCLE_ARTIFACT_CA: authority,
    SOCLE_SYSLOG_CA: authority,
  });
  if (!stdout.startsWith('{')) throw new Error(`the suites did not run: ${stdout}${stderr}`);
  const report = JSON.parse(stdout) as {
    numPassedTests: number;
    testResults: { assertionResults: { status: string; fullName: string; failureMessages: string[] }[] }[];
  };
  const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const others = results.filter(({ status }) => status !== 'passed');
  expect(
    others.map(({ status, fullName, failureMessages }) => ({ status, fullName, failureMessages })),
  ).toEqual([
    expect.objectContaining({
      fullName: expect.stringContaining('the prepared machine a jump host is passed through') as string,
      failureMessages: [],
    }),
  ]);
  expect(report.numPassedTests).toBeGreaterThanOrEqual(fewestTests);
}
