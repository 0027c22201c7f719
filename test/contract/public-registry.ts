import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveFiles, type FileServer, type Layout } from './image-fixture.js';

export type PublicRegistry = {
  url: string;
  /** What was asked of the registry itself, with the scheme of its login. */
  requests: string[];
  /** The query of each token, and who asked for it. */
  tokens: { query: string; login: string | undefined }[];
  /** Tokens given before are refused from now on. */
  forgetTokens: () => void;
  /** Where the registry sends on to for blobs: another server, which takes no login. */
  storage: FileServer;
  close: () => Promise<void>;
};

/**
 * A registry as those of the Internet are: it names a token server, takes that server's tokens alone, each for one
 * repository, and sends on to other storage for blobs.
 * @param expiresIn seconds that a token holds, as the token server says it
 */
export async function startPublicRegistry(
  images: Readonly<Record<string, { tag: string; layout: Layout }>>,
  expiresIn?: number,
): Promise<PublicRegistry> {
  const storage = await serveFiles(new Map(Object.values(images).flatMap(({ layout }) => [...layout.files])));
  const requests: string[] = [];
  const tokens: PublicRegistry['tokens'] = [];
  let valid = new Map<string, string>();
  const server = createServer((request, response) => {
    const { pathname, search, searchParams } = new URL(request.url ?? '/', 'http://registry');
    const login = request.headers.authorization;
    const json = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    if (pathname === '/token') {
      tokens.push({ query: decodeURIComponent(search.slice(1)), login });
      const token = `token-${tokens.length}`;
      valid.set(`Bearer ${token}`, searchParams.get('scope') ?? '');
      return json(200, { token, ...(expiresIn === undefined ? {} : { expires_in: expiresIn }) });
    }
    requests.push(`${request.method} ${pathname} ${login?.split(' ')[0] ?? 'nobody'}`);
    const [, repository = '', kind, reference = ''] =
      /^\/v2\/(.+)\/(manifests|blobs)\/(.+)$/.exec(pathname) ?? [];
    if (login === undefined || valid.get(login) !== `repository:${repository}:pull`) {
      response.setHeader('www-authenticate', `Bearer realm="${url}/token?of=test",service="registry.test"`);
      return json(401, { errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] });
    }
    const image = images[repository];
    if (kind === 'blobs')
      return void response
        .writeHead(307, { location: `${storage.url}/blobs/${reference.replace(':', '/')}` })
        .end();
    const digest = reference === image?.tag ? image.layout.digest : reference;
    const content = image?.layout.files.get(`/blobs/${digest.replace(':', '/')}`);
    if (content === undefined) return json(404, { errors: [{ code: 'MANIFEST_UNKNOWN' }] });
    const { mediaType } = JSON.parse(content.toString()) as { mediaType: string };
    response.writeHead(200, { 'content-type': mediaType, 'docker-content-digest': digest }).end(content);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    requests,
    tokens,
    forgetTokens: () => void (valid = new Map()),
    storage,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await storage.close();
    },
  };
}
