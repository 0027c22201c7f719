import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSandbox, type Sandbox } from './sandbox-fixture.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = openSandbox();
  await sandbox.start('machine-1');
});
afterAll(() => sandbox.close());

const run = (script: string) => sandbox.run('machine-1', script);

test('what a script traps runs at its end, with its functions and its last variables, however it ends', async () => {
  const script = (end: string): string => `main() {
set -eu
last() { echo "$1 $file"; }
file=one
trap 'last "the end of"' EXIT
file=two
${end}
echo goes on
}
main
`;
  expect(await run(script('true'))).toMatchObject({ stdout: 'goes on\nthe end of two\n', exitCode: 0 });
  expect(await run(script('false'))).toMatchObject({ stdout: 'the end of two\n', exitCode: 1 });
  expect(await run(script('exit 7'))).toMatchObject({ stdout: 'the end of two\n', exitCode: 7 });
  expect(await run(script('false || exit 3'))).toMatchObject({ stdout: 'the end of two\n', exitCode: 3 });
  expect(await run(script('test 1 = 2 || exit'))).toMatchObject({ stdout: 'the end of two\n', exitCode: 1 });
  expect(await run(script('exit 0'))).toMatchObject({ stdout: 'the end of two\n', exitCode: 0 });
  expect(await run(script('trap - EXIT'))).toMatchObject({ stdout: 'goes on\n', exitCode: 0 });
});

test('a shell that another one starts has its own', async () => {
  expect(
    await run(`trap 'echo outer' EXIT; bash -c "trap 'echo inner' EXIT; echo within"; echo after`),
  ).toMatchObject({
    stdout: 'within\ninner\nafter\nouter\n',
  });
});

test('what it does to files is done', async () => {
  await run(`touch /root/work; trap 'rm /root/work' EXIT; test -e /root/work && touch /root/seen`);
  expect((await run('ls /root')).stdout).toBe('seen\n');
});

test('its options hold to its end', async () => {
  expect((await run(`set -e; trap 'false; echo goes on' EXIT`)).stdout).toBe('');
  expect((await run(`trap 'false; echo goes on' EXIT`)).stdout).toBe('goes on\n');
});

test.each([
  '(trap "echo x" EXIT)',
  'text=$(trap "echo x" EXIT)',
  'trap "echo x" EXIT | cat',
  'trap "echo x" INT',
])('what is not simulated is refused: %s', async (line) => {
  const ran = await run(line).catch((error: unknown) => String(error));
  if (line.endsWith('INT')) expect(ran).toMatchObject({ exitCode: 2 });
  else expect(ran).toContain('trap is simulated at the top');
});
