import { gunzipSync } from 'node:zlib';
import { accessOf, allows } from './access.js';
import { plain, Refusal, type Answer, type Question } from './answer.js';
import { basicLogin, userByPassword, userByToken } from './credentials.js';
import { readGitObject, gitStore, type GitStore } from './git-store.js';
import { deliverPush } from './hook-delivery.js';
import type { Gogs } from './node.js';
import { flush, packet } from './packet-lines.js';
import { receiveCapabilities, receivePack } from './receive-pack.js';
import { headOf, readReferences } from './references.js';
import { ownerOf, repositoryCalled, type Repository, type User } from './state.js';
import { uploadCapabilities, uploadPack } from './upload-pack.js';

const paths = /^\/(?<owner>[^/]+)\/(?<name>[^/]+?)(?:\.git)?\/(?<action>.+)$/;
const none = '0'.repeat(40);

/** Answers git over HTTP; undefined for a path that is none of its. @see https://git-scm.com/docs/http-protocol */
export async function answerGit(gogs: Gogs, question: Question): Promise<Answer | undefined> {
  const { owner, name, action } = paths.exec(question.path)?.groups ?? {};
  if (owner === undefined || name === undefined || action === undefined) return undefined;
  const state = await gogs.database.read();
  const repository = repositoryCalled(state, owner, name);
  if (repository === undefined) return plain(404);
  const service = action === 'info/refs' ? question.query.get('service') : action;
  const isPull = service !== 'git-receive-pack';
  let user: User | undefined;
  if (!isPull || repository.isPrivate || gogs.settings.requireSignIn) {
    if (!/git-|info\/|HEAD|objects\//.test(action)) return plain(400, `Unrecognized action "${action}"\n`);
    const login = basicLogin(question.authorization);
    user =
      login &&
      (userByPassword(state, login.username, login.password) ??
        userByToken(state, login.username) ??
        userByToken(state, login.password));
    if (user === undefined) return asking(401, '');
    if (!allows(accessOf(state, user, repository), isPull ? 'read' : 'write'))
      return asking(403, 'User permission denied\n');
  }
  const store = gitStore(gogs, ownerOf(state, repository).name, repository.name);
  if (!(await gogs.disk.isFolder(store.gitdir))) return plain(404);
  return answerOf(gogs, store, repository, user, question, action);
}

function asking(status: number, text: string): Answer {
  return plain(status, text, { 'www-authenticate': 'Basic realm="."' });
}

async function answerOf(
  gogs: Gogs,
  store: GitStore,
  repository: Repository,
  user: User | undefined,
  { method, query, contentType, contentEncoding, body }: Question,
  action: string,
): Promise<Answer> {
  if (action === 'info/refs' && method === 'GET') {
    const service = /^git-(upload-pack|receive-pack)$/.exec(query.get('service') ?? '')?.[1];
    if (service === undefined) return plain(404, 'git without its smart protocol is not simulated\n');
    return result(`application/x-git-${service}-advertisement`, await advertisement(store, service));
  }
  const service = /^git-(upload-pack|receive-pack)$/.exec(action)?.[1];
  if (service === undefined || method !== 'POST') return plain(404);
  if (contentType !== `application/x-git-${service}-request`) return plain(401);
  const asked = contentEncoding === 'gzip' ? gunzipSync(body) : body;
  const type = `application/x-git-${service}-result`;
  if (service === 'upload-pack') return result(type, await uploadPack(store, asked));
  // Only who logged in may write.
  if (user === undefined) throw new Refusal(plain(401));
  return result(type, await push(gogs, store, repository, user, asked));
}

function result(type: string, body: Buffer): Answer {
  return { status: 200, headers: { 'content-type': type, 'cache-control': 'no-cache' }, body };
}

/** What references there are. */
async function advertisement(store: GitStore, service: string): Promise<Buffer> {
  const references = await readReferences(store.disk, store.gitdir);
  const head = references.get(await headOf(store.disk, store.gitdir));
  const isUpload = service === 'upload-pack';
  const shown = new Map(isUpload && head !== undefined ? [['HEAD', head], ...references] : references);
  const capabilities = isUpload ? await uploadCapabilities(store, head !== undefined) : receiveCapabilities;
  const lines: string[] = [];
  for (const [name, oid] of shown) {
    lines.push(`${oid} ${name}`);
    const object = isUpload ? await readGitObject(store, oid) : undefined;
    if (object?.type === 'tag') lines.push(`${object.target} ${name}^{}`);
  }
  const [first = `${none} capabilities^{}`, ...rest] = lines;
  return Buffer.concat([
    packet(`# service=git-${service}\n`),
    flush,
    packet(`${first}\0${capabilities}\n`),
    ...rest.map((line) => packet(`${line}\n`)),
    flush,
  ]);
}

async function push(
  gogs: Gogs,
  store: GitStore,
  { id }: Repository,
  user: User,
  body: Buffer,
): Promise<Buffer> {
  const { answer, changed, repository, owner } = await gogs.database.change(async (state) => {
    const pushed = await receivePack(store, body);
    const here = state.repositories.find((one) => one.id === id);
    if (here === undefined) throw new Refusal(plain(404));
    const account = ownerOf(state, here);
    if (pushed.changed.length > 0) {
      here.isEmpty = false;
      here.updated = new Date().toISOString();
    }
    for (const { name, before, after } of pushed.changed)
      gogs.machine.effect('gogs-pushed', {
        repository: `${account.name}/${here.name}`,
        reference: name,
        ...(before !== undefined && { before }),
        ...(after !== undefined && { after }),
        by: user.name,
      });
    return { ...pushed, repository: here, owner: account };
  });
  for (const { after, ...update } of changed) {
    if (after === undefined) continue;
    const told = deliverPush(gogs, { repository, owner, pusher: user, update: { ...update, after } });
    told.catch((error: unknown) => gogs.machine.say(`gogs: hooks: ${(error as Error).message}`));
  }
  return answer;
}
