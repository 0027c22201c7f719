import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';

export type SignerSettings = {
  /** Of the service, with its port where that is not the protocol's own: it is signed too. */
  host: string;
  region?: string;
  accessKey: string;
  secretKey: string;
  now?: () => Date;
};

/** A request as it will be sent: the path encoded, the query not yet. */
export type UnsignedRequest = {
  method: string;
  path: string;
  query: Readonly<Record<string, string>>;
  headers: Readonly<Record<string, string>>;
  body?: Buffer;
};

/** Where a service has no regions of its own, it goes by this one. */
const defaultRegion = 'us-east-1';

/**
 * Signs requests to S3 with all their headers, the host and the bytes of the body.
 * @returns the headers to send
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function requestSigner(
  settings: SignerSettings,
): (request: UnsignedRequest) => Promise<Record<string, string>> {
  const { host, region = defaultRegion, accessKey, secretKey, now = () => new Date() } = settings;
  const signer = new SignatureV4({
    service: 's3',
    region,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    sha256: Hash.bind(null, 'sha256'),
    // S3 alone signs the path as it is sent.
    uriEscapePath: false,
  });
  return async ({ headers, query, ...request }) => {
    const toSign = { ...request, query: { ...query }, headers: { ...headers, host } };
    const signed = await signer.sign(
      { ...toSign, protocol: 'https:', hostname: host },
      { signingDate: now() },
    );
    // Node writes the host itself, from the address.
    return Object.fromEntries(Object.entries(signed.headers).filter(([name]) => name !== 'host'));
  };
}
