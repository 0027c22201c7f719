import { basename } from 'node:path';
import { addressFindings } from './checks/addresses.js';
import { approvalFindings } from './checks/approvals.js';
import { artifactFindings } from './checks/artifacts.js';
import { backupFindings } from './checks/backup.js';
import { certificateFindings } from './checks/certificates.js';
import { clearSecretFindings } from './checks/clear-secrets.js';
import { clusterNetworkFindings } from './checks/cluster-networks.js';
import { credentialFindings } from './checks/credentials.js';
import { machineFindings, templateFindings } from './checks/machines.js';
import { peopleFindings } from './checks/people.js';
import { plannedMachineFindings } from './checks/planned-machines.js';
import { productFindings } from './checks/products.js';
import { rancherFindings } from './checks/rancher.js';
import { rangeFindings, type PlannedMachine } from './checks/ranges.js';
import { serviceNameFindings } from './checks/service-names.js';
import { sizingFindings } from './checks/sizing.js';
import { zoneFindings } from './checks/zones.js';
import { exitCodes, UserError } from './errors.js';
import { completed } from './load/complete.js';
import { pruned } from './load/prune.js';
import { readSiteFile } from './load/read-site-file.js';
import { computeInventory } from './inventory.js';
import { issueSentence, pathToShow, schemaFindings } from './load/schema-findings.js';
import { readYaml } from './load/yaml-source.js';
import { pathText, problemPage, type Finding, type Problem } from './problem.js';
import { Site } from './site.js';

/** The machines that a site needs; `computeInventory` unless a test says otherwise. */
export type MachinesOf = (site: Site) => readonly PlannedMachine[];

const checks = [
  zoneFindings,
  addressFindings,
  clusterNetworkFindings,
  productFindings,
  serviceNameFindings,
  artifactFindings,
  backupFindings,
  peopleFindings,
  approvalFindings,
  credentialFindings,
  certificateFindings,
  machineFindings,
  templateFindings,
  sizingFindings,
  rancherFindings,
  clearSecretFindings,
];

/**
 * Reads and checks a site file.
 * @throws UserError with exit code 15 that shows every problem with line, path and remedy, or that says why the file
 * cannot be read.
 */
export async function loadSite(path: string, machinesOf: MachinesOf = plannedMachines): Promise<Site> {
  const result = parseSite(await readSiteFile(path), basename(path), machinesOf);
  if ('site' in result) return result.site;
  const page = problemPage(basename(path), result.problems);
  throw new UserError(`${page}\n\nexit ${exitCodes.siteFile} (site file)`, exitCodes.siteFile);
}

/** Checks the text of a site file. Never throws: the answer is the site, or every problem in the order of lines. */
export function parseSite(
  text: string,
  fileName: string,
  machinesOf: MachinesOf = plannedMachines,
): { site: Site } | { problems: Problem[] } {
  const source = readYaml(text);
  const problems: Problem[] = source.faults.map((fault) => ({
    file: fileName,
    line: fault.line,
    path: pathText(fault.path),
    message: fault.message,
  }));
  if (source.value === undefined) return { problems: inOrder(problems) };
  if (source.value === null)
    return {
      problems: [
        { file: fileName, line: 1, path: '', message: 'the file is empty. Write one with socle init' },
      ],
    };

  const result = Site.safeParse(source.value, { error: issueSentence, reportInput: true });
  const findings = [
    ...(result.success ? [] : schemaFindings(result.error.issues)),
    ...crossFindings(source.value, result, machinesOf),
  ];
  for (const finding of findings) {
    problems.push({
      file: fileName,
      line: source.lineOf(finding.path),
      path: pathText(pathToShow(finding)),
      message: finding.message,
    });
  }
  if (result.success && problems.length === 0) return { site: result.data };
  return { problems: inOrder(problems) };
}

function crossFindings(
  value: unknown,
  result: ReturnType<typeof Site.safeParse>,
  machinesOf: MachinesOf,
): Finding[] {
  const sparse = pruned(value, result.success ? [] : result.error.issues);
  const findings = checks.flatMap((check) => check(sparse));
  const site = result.success
    ? result.data
    : completed(sparse, (value as { concurrentUsers?: unknown }).concurrentUsers);
  // Sizing assumes a sane topology; its own limits are reported once the fixed counts are right.
  if (site === undefined || sizingFindings(sparse).length > 0) return findings;
  try {
    const machines = machinesOf(site);
    return [...findings, ...rangeFindings(site, machines), ...plannedMachineFindings(site, machines)];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [...findings, { path: ['concurrentUsers'], message: error.message }];
  }
}

function plannedMachines(site: Site): readonly PlannedMachine[] {
  return computeInventory(site).machines;
}

function inOrder(problems: Problem[]): Problem[] {
  return problems.toSorted((a, b) => a.line - b.line);
}
