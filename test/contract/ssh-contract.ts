import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { closeHosts, openHost } from '../../activities/clients/ssh/open-host.js';
import { isExpectedKey } from '../../activities/clients/ssh/host-key.js';
import { shownHostKey } from '../../activities/clients/ssh/shown-host-key.js';
import type { SshTarget } from '../../activities/clients/ssh/target.js';
import { NotReadyError, PermanentError, SshCommandError } from '../../activities/errors.js';

/** An SSH server under test. Its shell must know echo, printf, wc, sleep and exit. */
export type ContractServer = {
  target: SshTarget;
  /** A well-formed ed25519 public key that is not the server's. */
  otherHostKey: string;
  /** A private key that the account does not accept. */
  otherPrivateKey: string;
  /** Logins accepted so far. */
  logins: () => Promise<number>;
  /** Breaks every open connection as a crash would, without a word. */
  cutConnections: () => Promise<void>;
  /** False for a server whose commands show their output at their end. */
  streams?: false;
  /** The same server once more, reached through a jump host; undefined when it forwards nothing. */
  viaJumpHost?: SshTarget;
  close: () => Promise<void>;
};

/** What the SSH client needs of any server, the sandbox's and OpenSSH alike. */
export function sshContract(name: string, makeServer: () => Promise<ContractServer>): void {
  describe(`SSH client against ${name}`, () => {
    let server: ContractServer;
    beforeAll(async () => {
      server = await makeServer();
    });
    afterEach(() => {
      closeHosts();
    });
    afterAll(async () => {
      await server.close();
    });
    const thrownBy = (promise: Promise<unknown>): Promise<Error> =>
      promise.then(
        () => new Error('nothing was thrown'),
        (error: unknown) => error as Error,
      );

    test('the known host key is accepted, output and exit code come back', async () => {
      const result = await openHost(server.target).execute('echo out; echo err >&2; exit 3');
      expect(result).toEqual({ stdout: 'out\n', stderr: 'err\n', exitCode: 3 });
    });

    test('another host key is refused before a login, for good, with a remedy', async () => {
      const before = await server.logins();
      const error = await thrownBy(
        openHost({ ...server.target, hostKeys: [server.otherHostKey] }).execute('true'),
      );
      expect(error).toBeInstanceOf(PermanentError);
      expect(error.message).toMatch(/shows the host key SHA256:.+, expected SHA256:.+deploy again/s);
      expect(await server.logins()).toBe(before);
    });

    test('one of several host keys is enough, one of several private keys too', async () => {
      const { hostKeys, privateKeys } = server.target;
      const target = {
        ...server.target,
        hostKeys: [server.otherHostKey, ...hostKeys],
        privateKeys: [server.otherPrivateKey, ...privateKeys],
      };
      expect((await openHost(target).execute('echo in')).stdout).toBe('in\n');
    });

    test('a refused login can be tried again and names the account', async () => {
      const target = { ...server.target, privateKeys: [server.otherPrivateKey] };
      const error = await thrownBy(openHost(target).execute('true'));
      expect(error).toBeInstanceOf(NotReadyError);
      expect(error.message).toContain(`login as ${target.user}`);
    });

    test('a port where nobody listens can be tried again', async () => {
      const error = await thrownBy(openHost({ ...server.target, port: 9 }).execute('true'));
      expect(error).toBeInstanceOf(NotReadyError);
    });

    test('commands share one connection, also at the same time', async () => {
      const before = await server.logins();
      const host = openHost(server.target);
      await Promise.all([1, 2, 3].map((number) => host.execute(`echo ${number}`)));
      await openHost(server.target).execute('true');
      expect(await server.logins()).toBe(before + 1);
    });

    test('many commands one after the other leave no listeners behind', async () => {
      const warnings: string[] = [];
      const note = (warning: Error): void => void warnings.push(warning.name);
      process.on('warning', note);
      const host = openHost(server.target);
      for (let number = 0; number < 15; number += 1) await host.execute('true');
      await new Promise((resolve) => setImmediate(resolve));
      process.off('warning', note);
      expect(warnings).toEqual([]);
    });

    test('a host key that is no longer accepted is asked for again', async () => {
      await openHost(server.target).execute('true');
      const error = await thrownBy(
        openHost({ ...server.target, hostKeys: [server.otherHostKey] }).execute('true'),
      );
      expect(error).toBeInstanceOf(PermanentError);
    });

    test('1 MiB of standard input arrives whole', async () => {
      const { stdout } = await openHost(server.target).execute('wc -c', { stdin: 'x'.repeat(1_048_576) });
      expect(stdout.trim()).toBe('1048576');
    });

    test('a script runs by standard input and shows its lines as they come', async () => {
      const lines: string[] = [];
      const script = 'main() {\necho one\nprintf two\n}\nmain </dev/null\n';
      await openHost(server.target).run(script, { onLine: (line) => lines.push(line) });
      expect(lines).toEqual(['one', 'two']);
    });

    test('a failed script shows the last 500 bytes of its complaint, without secrets', async () => {
      const script = `printf '%03000d' 0 >&2\necho 'login s3cret-token refused' >&2\nexit 4\n`;
      const redact = (text: string): string => text.replaceAll('s3cret-token', '***');
      const error = await thrownBy(openHost(server.target).run(script, { redact, label: 'the test' }));
      expect(error).toMatchObject({ name: 'SshCommandError', exitCode: 4, command: 'the test' });
      const { stderrTail } = error as SshCommandError;
      expect(stderrTail).toMatch(/^0+login \*\*\* refused$/);
      expect(Buffer.byteLength(stderrTail)).toBe(500);
    });

    test('a command that takes too long or is silent too long is given up', async () => {
      const host = openHost(server.target);
      const late = await thrownBy(host.execute('sleep 30', { timeoutMs: 300 }));
      expect(late).toBeInstanceOf(SshCommandError);
      expect(late.message).toContain('was cut off');
      expect(late.message).toContain('no end after 300 ms');
      const silent = await thrownBy(host.execute('sleep 30', { noOutputMs: 300 }));
      expect(silent.message).toContain('no output for 300 ms');
    });

    test('an abort ends the wait at once with its reason, and the next command works', async () => {
      const host = openHost(server.target);
      await host.execute('true');
      const controller = new AbortController();
      const waiting = thrownBy(host.execute('sleep 30', { signal: controller.signal }));
      setTimeout(() => {
        controller.abort(new Error('canceled by a person'));
      }, 100);
      expect((await waiting).message).toBe('canceled by a person');
      expect((await host.execute('echo on')).stdout).toBe('on\n');
    });

    test('a connection lost in mid-script is an error to try again, and the next attempt connects anew', async () => {
      const host = openHost(server.target);
      await host.execute('true');
      const cut = (): void => void server.cutConnections();
      if (server.streams === false) setTimeout(cut, 300);
      const error = await thrownBy(host.run('echo begun\nsleep 30\n', { onLine: cut }));
      expect(error).toMatchObject({ name: 'SshCommandError', exitCode: undefined });
      expect(error.message).toContain('the connection was lost');
      expect((await host.execute('echo again')).stdout).toBe('again\n');
    });

    test('a jump host is passed through', async (context) => {
      if (server.viaJumpHost === undefined) {
        context.skip();
        return;
      }
      const host = openHost(server.viaJumpHost);
      expect((await host.execute('echo through')).stdout).toBe('through\n');
      const wrong = { ...server.viaJumpHost, hostKeys: [server.otherHostKey] };
      expect(await thrownBy(openHost(wrong).execute('true'))).toBeInstanceOf(PermanentError);
      const shown = await shownHostKey(server.viaJumpHost, AbortSignal.timeout(10_000));
      expect(isExpectedKey(server.target, shown)).toBe(true);
    });

    test('the host key that a machine shows can be asked for without a login', async () => {
      const stranger = { ...server.target, user: 'nobody', privateKeys: [] };
      const shown = await shownHostKey(stranger, AbortSignal.timeout(10_000));
      expect(isExpectedKey(server.target, shown)).toBe(true);
    });
  });
}
