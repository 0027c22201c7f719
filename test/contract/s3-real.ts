import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../../config/cache-folder.js';
import { s3GatewayPath, startS3Gateway } from '../../tools/s3-gateway-program.js';
import { platformCertificate } from './platform-certificate.js';
import type { S3UnderTest } from './s3-contract.js';

/** Versity's S3 server over a folder of its own, with one empty bucket. */
export async function startRealS3(): Promise<S3UnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'socle-s3-'));
  const { ca, certificate, key } = await platformCertificate();
  const files = { certificate: join(folder, 'server.pem'), key: join(folder, 'server.key') };
  const folders = {
    root: join(folder, 'buckets'),
    attributes: join(folder, 'attributes'),
    accounts: join(folder, 'accounts'),
  };
  const bucket = 'socle-backups';
  const keys = { accessKey: 'access-key-of-tests', secretKey: 'secret-key-of-tests' };
  await mkdir(join(folders.root, bucket), { recursive: true });
  await mkdir(folders.attributes);
  await mkdir(folders.accounts);
  await writeFile(files.certificate, certificate);
  await writeFile(files.key, key, { mode: 0o600 });
  const program = await s3GatewayPath(cacheFolder());
  const gateway = await startS3Gateway(program, { ...folders, ...files, ...keys });
  return {
    url: gateway.url,
    ca,
    bucket,
    ...keys,
    close: async () => {
      await gateway.close();
      await rm(folder, { recursive: true });
    },
  };
}
