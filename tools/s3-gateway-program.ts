import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { goProgram } from './go-program.js';

/** Versity's S3 server, built where the cache does not hold it yet, which takes some minutes once. */
export function s3GatewayPath(cacheFolder: string): Promise<string> {
  return goProgram('s3-gateway', cacheFolder, ['-trimpath', '-ldflags', '-s -w']);
}

export type S3GatewayOptions = {
  /** Its folders are the buckets: who makes one makes a bucket. */
  root: string;
  /** Beside it, for what S3 keeps of an object but its bytes. */
  attributes: string;
  /** An empty folder. */
  accounts: string;
  /** Files of its certificate and key, PEM. */
  certificate: string;
  key: string;
  accessKey: string;
  secretKey: string;
};

export type S3Gateway = { url: string; close: () => Promise<void> };

/** Starts it on a free port of 127.0.0.1; it ends with `close`, or when this process ends. */
export async function startS3Gateway(program: string, options: S3GatewayOptions): Promise<S3Gateway> {
  const { root, attributes, accounts, certificate, key, accessKey, secretKey } = options;
  const folders = [`-root=${root}`, `-attributes=${attributes}`, `-accounts=${accounts}`];
  const child = spawn(program, [...folders, `-certificate=${certificate}`, `-key=${key}`], {
    env: { ...process.env, ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let complaint = '';
  child.stderr.on('data', (part: Buffer) => (complaint = `${complaint}${part.toString()}`.slice(-500)));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('https://')) resolve(line);
    });
    void ended.then(() => reject(new Error(`the S3 gateway ended before it listened: ${complaint}`)));
  });
  return {
    url,
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
