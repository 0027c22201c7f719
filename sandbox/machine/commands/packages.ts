import { CommandError, type CommandContext, type SimulatedCommand } from '../command.js';
import { packageCatalogue } from '../packages.js';

const version = '12.0-1';

export const packageCommands: readonly SimulatedCommand[] = [
  {
    name: 'apt-get',
    root: true,
    run: async (args, context) => {
      const words = withoutOptions(args);
      const [verb, ...names] = words;
      if (verb === 'update') return update(context);
      if (verb === 'install') return install(context, names);
      if (verb === 'remove' || verb === 'purge') return remove(context, names);
      if (verb === 'clean' || verb === 'autoremove') return undefined;
      if (verb === 'upgrade' || verb === 'dist-upgrade')
        return { stdout: '0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n' };
      throw new CommandError(`E: Invalid operation ${verb ?? ''}`, 100);
    },
  },
  {
    name: 'dpkg-query',
    run: async (args, { machine }) => {
      if (args[0] !== '-W') throw new CommandError('dpkg-query: only -W is simulated', 2);
      const format = args.includes('-f')
        ? args[args.indexOf('-f') + 1]!
        : (args.find((word) => word.startsWith('--showformat='))?.slice(13) ?? '${Package}\t${Version}\n');
      const names = args
        .slice(1)
        .filter((word, index, all) => !word.startsWith('-') && all[index - 1] !== '-f');
      let [stdout, stderr] = ['', ''];
      for (const name of names.length > 0 ? names : machine.packages) {
        if (machine.packages.has(name)) stdout += filled(format, name);
        else stderr += `dpkg-query: no packages found matching ${name}\n`;
      }
      return { stdout, stderr, exitCode: stderr === '' ? 0 : 1 };
    },
  },
  {
    name: 'dpkg',
    run: async (args, { machine }) => {
      if (args[0] === '--print-architecture') return { stdout: 'amd64\n' };
      if (args[0] !== '-s') throw new CommandError(`dpkg: ${args[0]} is not simulated`, 2);
      if (!machine.packages.has(args[1] ?? ''))
        throw new CommandError(
          `dpkg-query: package '${args[1]}' is not installed and no information is available`,
        );
      return { stdout: `Package: ${args[1]}\nStatus: install ok installed\nVersion: ${version}\n` };
    },
  },
  {
    name: 'apt-mark',
    root: true,
    run: async ([verb]) =>
      ['hold', 'unhold', 'manual', 'auto', 'showhold'].includes(verb ?? '')
        ? undefined
        : Promise.reject(new CommandError(`E: Invalid operation ${verb}`, 100)),
  },
];

function filled(format: string, name: string): string {
  const values: Record<string, string> = {
    Package: name,
    Version: version,
    'db:Status-Status': 'installed',
    Status: 'install ok installed',
  };
  return format
    .replaceAll('\\n', '\n')
    .replaceAll('\\t', '\t')
    .replace(/\$\{([^}]+)\}/g, (_match, key: string) => values[key] ?? '');
}

function withoutOptions(args: readonly string[]): string[] {
  const words: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index]!;
    if (word === '-o') index += 1;
    else if (
      /^(-y|-q|-qq|-yq|-o.+|--no-install-recommends|--yes|--quiet|--purge|--only-upgrade|--allow-downgrades)$/.test(
        word,
      )
    )
      continue;
    else if (word.startsWith('-'))
      throw new CommandError(`E: Command line option '${word}' is not understood`, 100);
    else words.push(word);
  }
  return words;
}

/** True when a configured source answers in the simulated network. */
async function mirrorAnswers({ machine }: CommandContext): Promise<string | undefined> {
  const texts: string[] = [];
  for (const folder of ['/etc/apt/sources.list.d'])
    for (const name of await machine.files.readdir(folder))
      texts.push((await machine.files.text(`${folder}/${name}`)) ?? '');
  texts.push((await machine.files.text('/etc/apt/sources.list')) ?? '');
  const urls = texts
    .flatMap((text) => text.split('\n').filter((line) => !line.startsWith('#')))
    .flatMap((line) => line.match(/https?:\/\/[^\s\]]+/g) ?? []);
  for (const url of urls) {
    const { hostname, port, protocol } = new URL(url);
    const reached = machine.surroundings.network.connect(
      machine.address,
      hostname,
      Number(port || (protocol === 'https:' ? 443 : 80)),
    );
    if (reached !== 'open') return `Could not connect to ${hostname}:${port || 80} (${reached})`;
  }
  return urls.length === 0 ? 'no sources are configured' : undefined;
}

async function update(context: CommandContext): Promise<{ stdout: string } | undefined> {
  const problem = await mirrorAnswers(context);
  if (problem !== undefined)
    throw new CommandError(`E: Failed to fetch: ${problem}\nE: Some index files failed to download.`, 100);
  await context.machine.files.mkdir('/var/lib/apt/lists', { recursive: true });
  await context.machine.files.writeFile('/var/lib/apt/lists/updated', 'yes\n');
  return { stdout: 'Reading package lists...\n' };
}

async function install(
  context: CommandContext,
  names: readonly string[],
): Promise<{ stdout: string } | undefined> {
  const { machine } = context;
  const missing = names.filter((name) => !machine.packages.has(name));
  if (missing.length === 0)
    return { stdout: '0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n' };
  const unknown = missing.filter((name) => !packageCatalogue.some((entry) => entry.name === name));
  const updated = await machine.files.exists('/var/lib/apt/lists/updated');
  if (!updated || unknown.length > 0)
    throw new CommandError(
      (updated ? unknown : missing).map((name) => `E: Unable to locate package ${name}`).join('\n'),
      100,
    );
  const problem = await mirrorAnswers(context);
  if (problem !== undefined) throw new CommandError(`E: Failed to fetch: ${problem}`, 100);
  await new Promise((resolve) => setTimeout(resolve, machine.surroundings.waits.ms('package')));
  for (const name of missing) {
    const entry = packageCatalogue.find((candidate) => candidate.name === name)!;
    machine.packages.add(name);
    for (const [path, content] of Object.entries(entry.files)) {
      await machine.files.mkdir(path.slice(0, path.lastIndexOf('/')), { recursive: true });
      if (!(await machine.files.exists(path))) await machine.files.writeFile(path, content);
    }
    for (const [account, home] of Object.entries(entry.accounts)) await addAccount(context, account, home);
    if (name === 'chrony') {
      machine.packages.delete('systemd-timesyncd');
      machine.enabled.delete('systemd-timesyncd.service');
      machine.running.delete('systemd-timesyncd.service');
    }
    // Debian starts and enables what a package brings, but for nftables.
    for (const unit of entry.units.filter((each) => each !== 'nftables.service')) {
      machine.enabled.add(unit);
      const { startUnit } = await import('../units.js');
      // One that fails does not fail the installation: deb-systemd-invoke … || true.
      if (!machine.masked.has(unit))
        await startUnit(machine, unit).catch((error: unknown) => machine.say((error as Error).message));
    }
  }
  machine.effect('packages-installed', { names: missing });
  return { stdout: `0 upgraded, ${missing.length} newly installed, 0 to remove and 0 not upgraded.\n` };
}

async function addAccount({ machine, run }: CommandContext, name: string, home: string): Promise<void> {
  const accounts = ((await machine.files.text('/etc/passwd')) ?? '').split('\n');
  if (accounts.some((line) => line.startsWith(`${name}:`))) return;
  const { exitCode, stderr } = await run(`useradd -r -d ${home} -s /usr/sbin/nologin ${name}`);
  if (exitCode !== 0) throw new CommandError(`dpkg: error processing package: ${stderr}`, 100);
  await machine.files.mkdir(home, { recursive: true });
}

async function remove({ machine }: CommandContext, names: readonly string[]): Promise<undefined> {
  const present = names.filter((name) => machine.packages.has(name));
  const { stopUnit } = await import('../units.js');
  for (const name of present) {
    machine.packages.delete(name);
    for (const unit of packageCatalogue.find((entry) => entry.name === name)?.units ?? []) {
      stopUnit(machine, unit);
      machine.enabled.delete(unit);
    }
  }
  if (present.length > 0) machine.effect('packages-removed', { names: present });
}
