import { execFile } from 'node:child_process';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

/** A server that is healthy, and unavailable for everything else. */
async function unavailableServer(): Promise<number> {
  const server = createServer().on('stream', (stream, headers) => {
    const status = headers[':path']?.endsWith('/GetSystemInfo') ? 0 : 14;
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(status) }));
    stream.resume();
    stream.end(Buffer.alloc(5));
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

test('a command ends well when a call that nobody awaits any more is being retried', async () => {
  const port = await unavailableServer();
  const command = `
    import { connected } from './client/connect.ts';
    await connected(async ({ client }) => {
      client.workflow.getHandle('site/site-a').describe().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 400));
    });`;
  const run = promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', command],
    {
      env: { ...process.env, TEMPORAL_ADDRESS: `127.0.0.1:${port}` },
    },
  );
  await expect(run).resolves.toEqual({ stdout: '', stderr: '' });
});
