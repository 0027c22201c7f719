import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSandbox, type Sandbox } from './sandbox-fixture.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = openSandbox();
  await sandbox.start('machine-1');
});
afterAll(() => sandbox.close());

const run = (script: string) => sandbox.run('machine-1', script);

test('a mask at the top of a script holds to its end and not in the next', async () => {
  expect(await run('umask 077; (: >/root/one); umask; stat -c %a /root/one')).toMatchObject({
    stdout: '0077\n600\n',
    exitCode: 0,
  });
  expect((await run(': >/root/two; stat -c %a /root/two')).stdout).toBe('644\n');
});

test.each(['umask 077 | cat', 'text=$(umask 077; pwd)', 'umask 077 &', 'umask u=rwx'])(
  'a mask that nobody would see the end of is refused: %s',
  async (line) => {
    const ran = await run(line).catch((error: unknown) => String(error));
    expect(ran).toEqual(
      line.includes('u=rwx')
        ? expect.objectContaining({ exitCode: 1, stderr: 'umask: u=rwx is not simulated\n' })
        : expect.stringContaining('umask is simulated at the top of a script and in ( )'),
    );
  },
);
