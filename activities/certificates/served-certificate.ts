import { connect } from 'node:tls';

const answerMs = 10_000;

/**
 * SHA-256 of the certificate that a port answers with, as `X509Certificate.fingerprint256` writes it; undefined when no TLS
 * server answers there. Nothing is sent but the handshake, and whom to trust is for the caller to judge.
 */
export function servedCertificate(
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, rejectUnauthorized: false, timeout: answerMs });
    const end = (fingerprint?: string): void => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(fingerprint);
    };
    const onAbort = (): void => end();
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('secureConnect', () => end(socket.getPeerX509Certificate()?.fingerprint256));
    socket.once('timeout', () => end());
    socket.once('error', () => end());
    socket.once('close', () => end());
  });
}
