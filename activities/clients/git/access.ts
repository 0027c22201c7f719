import { httpClient } from '../http/http-client.js';
import { basicLogin, type GitRemote } from './remote.js';

/** What a login may do with a repository. */
export type GitAccess = 'none' | 'read' | 'write';

/** A login that is nobody's, one that may not, and a repository that the login may not know of. */
const refusals = [401, 403, 404];

/** Asks for what git asks first when it fetches and when it pushes, and reads no further. */
export async function gitAccess({ url, ca, login, signal, timeoutMs }: GitRemote): Promise<GitAccess> {
  const { origin, pathname } = new URL(url);
  const http = httpClient({
    system: 'git',
    url: origin,
    ca,
    headers: { authorization: basicLogin(login) },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const may = async (service: 'git-upload-pack' | 'git-receive-pack'): Promise<boolean> => {
    const { status } = await http.request({
      method: 'GET',
      path: `${pathname}/info/refs`,
      query: { service },
      accept: [200, ...refusals],
      read: 'bytes',
      ...(signal === undefined ? {} : { signal }),
    });
    return status === 200;
  };
  if (await may('git-receive-pack')) return 'write';
  return (await may('git-upload-pack')) ? 'read' : 'none';
}
