// Entry of `npm run demo`, `npm test`, `npm run test:chaos` and `npm run bench` on a fresh clone: installs and builds what is missing, then runs it.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [task, ...rest] = process.argv.slice(2);

const programs = {
  demo: ['dist/client/main.js', 'demo'],
  test: ['dist/tools/run-tests.js'],
  bench: ['dist/bench/main.js'],
  // Not built: tests run as they are written.
  chaos: ['--import', 'tsx', 'test/chaos/main.ts'],
};

const program = programs[task];
if (!program) fail(`unknown task "${task}"; there are: ${Object.keys(programs).join(', ')}`);
installWhenMissing();
buildWhenStale();
const child = spawn(process.execPath, [...program, ...rest], { stdio: 'inherit', cwd: root });
// What npm is told, it tells this process alone; a second Ctrl-C changes nothing.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.once('exit', (status, signal) => process.exit(signal ? 130 : (status ?? 1)));

function installWhenMissing() {
  // `npm ci` would empty the folder that a link leads to, which belongs to another checkout.
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) return;
  const marker = join(root, 'node_modules/.package-lock.json');
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs)
    return;
  const started = Date.now();
  console.log('Packages: being installed, which happens once');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  console.log(`Packages: installed in ${seconds(started)}`);
}

function buildWhenStale() {
  const bundle = join(root, 'dist/worker/workflow-bundle.cjs');
  const folders = [
    'config',
    'workflows',
    'activities',
    'worker',
    'client',
    'sandbox',
    'laboratory',
    'tools',
    'bench',
  ];
  if (existsSync(bundle) && statSync(bundle).mtimeMs > Math.max(...folders.map(newest))) return;
  const started = Date.now();
  run('npm', ['run', '--silent', 'build']);
  console.log(`Build: ${seconds(started)}`);
}

/** Time of the newest file below a folder; 0 when there is none. */
function newest(folder) {
  const path = join(root, folder);
  if (!existsSync(path)) return 0;
  const times = readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs);
  return Math.max(0, ...times);
}

function run(command, args) {
  const result = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], cwd: root });
  if (result.status !== 0) fail(`${command} ${args.join(' ')} ended with code ${result.status}`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

function seconds(started) {
  return `${((Date.now() - started) / 1000).toFixed(1)} s`;
}
