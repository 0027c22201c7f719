import { Agent } from 'node:https';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { ApiError, PermanentError } from '../../errors.js';
import { faultError, isFault } from './vim-fault.js';
import { child, parseXml, referenceOf, textAt, type XmlNode } from './xml-node.js';
import { envelope, value, type Reference, type Xml } from './xml.js';

/** Where a vCenter is and who logs in. `caPem` is the only authority that its certificate is checked against. */
export type Endpoint = { url: string; username: string; password: string; caPem: string };

type Session = { key: string; cookie: string; content: Map<string, Reference>; version: string };

const requestTimeoutMs = 60_000;

/** Reads are repeated once after a lost connection: a pooled connection may have been closed while it was idle. */
const reads = /^(Retrieve|ContinueRetrieve|Find|HasPrivilege)/;

/** One login on one vCenter, renewed once when the server has forgotten it. */
export class SoapSession {
  private readonly http: AxiosInstance;
  private session: Promise<Session> | undefined;

  constructor(private readonly endpoint: Endpoint) {
    this.http = axios.create({
      httpsAgent: new Agent({ ca: endpoint.caPem, keepAlive: true, maxSockets: 16, minVersion: 'TLSv1.2' }),
      timeout: requestTimeoutMs,
      responseType: 'text',
      transformResponse: (body: unknown) => body,
      validateStatus: () => true,
      maxRedirects: 0,
      proxy: false,
    });
  }

  /** A manager of the service content, such as `searchIndex`. */
  async manager(name: string): Promise<Reference> {
    const found = (await this.open()).content.get(name);
    if (found === undefined)
      throw new PermanentError(`vSphere at ${this.endpoint.url} has no ${name}: it is not a vCenter`);
    return found;
  }

  /** The session's own key, which privilege questions ask for. */
  async key(): Promise<string> {
    return (await this.open()).key;
  }

  /**
   * Calls one method of one object.
   * @returns the response element
   * @throws VimFault, PermanentError (login, rights, certificate), ApiError (no answer)
   */
  async call(
    method: string,
    target: Reference,
    parameters: readonly (Xml | undefined)[],
    signal?: AbortSignal,
  ): Promise<XmlNode> {
    const body = envelope(method, target, parameters);
    const used = this.open();
    try {
      return await this.post(method, body, await used, signal);
    } catch (error) {
      if (
        !isFault(error, 'NotAuthenticated') &&
        !(reads.test(method) && lost(error) && signal?.aborted !== true)
      )
        throw error;
      // Only who saw this very session fail renews it, so parallel calls log in once.
      if (isFault(error, 'NotAuthenticated') && this.session === used) this.session = undefined;
      return await this.post(method, body, await this.open(), signal);
    }
  }

  /** Ends the session on the server; the next call logs in again. */
  async close(): Promise<void> {
    if (this.session === undefined) return;
    const session = await this.session;
    const manager = await this.manager('sessionManager');
    this.session = undefined;
    await this.post('Logout', envelope('Logout', manager, []), session);
  }

  private open(): Promise<Session> {
    const current = this.session ?? this.login();
    this.session = current;
    current.catch(() => {
      if (this.session === current) this.session = undefined;
    });
    return current;
  }

  private async login(): Promise<Session> {
    const root = { type: 'ServiceInstance', value: 'ServiceInstance' };
    const service = await this.send('RetrieveServiceContent', envelope('RetrieveServiceContent', root, []));
    const returned = child(service.answer, 'returnval');
    const content = new Map(
      (returned?.children ?? []).flatMap((member) => {
        const target = referenceOf(member);
        return target === undefined ? [] : [[member.name, target] as const];
      }),
    );
    const manager = content.get('sessionManager');
    if (manager === undefined) throw new PermanentError(`${this.endpoint.url} does not answer as a vCenter`);
    const version = textAt(returned, 'about', 'apiVersion') ?? '';
    const { username, password } = this.endpoint;
    const login = envelope('Login', manager, [value('userName', username), value('password', password)]);
    const { answer, cookie } = await this.send('Login', login);
    const key = textAt(answer, 'returnval', 'key');
    if (key === undefined || cookie === undefined)
      throw new PermanentError(`${this.endpoint.url} gave no session`);
    return { key, cookie, content, version };
  }

  private async post(method: string, body: string, session: Session, signal?: AbortSignal): Promise<XmlNode> {
    return (await this.send(method, body, session, signal)).answer;
  }

  private async send(
    method: string,
    body: string,
    session?: Session,
    signal?: AbortSignal,
  ): Promise<{ answer: XmlNode; cookie?: string }> {
    const response = await this.exchange(method, body, session, signal);
    const answer = this.bodyOf(method, response);
    if (answer.name === 'Fault') {
      const said = (textAt(answer, 'faultstring') ?? '').replaceAll(this.endpoint.password, '***');
      throw faultError(method, child(answer, 'detail')?.children[0], said);
    }
    const cookie = response.headers['set-cookie']
      ?.find((line) => line.startsWith('vmware_soap_session='))
      ?.split(';')[0];
    return cookie === undefined ? { answer } : { answer, cookie };
  }

  private async exchange(
    method: string,
    body: string,
    session?: Session,
    signal?: AbortSignal,
  ): Promise<AxiosResponse<string>> {
    const headers = {
      'Content-Type': 'text/xml; charset="utf-8"',
      SOAPAction: `urn:vim25/${session?.version ?? '6.7'}`,
      ...(session === undefined ? {} : { Cookie: session.cookie }),
    };
    try {
      return await this.http.post<string>(this.endpoint.url, body, {
        headers,
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      signal?.throwIfAborted();
      // The axios error carries the request, and with it the password: only its code and words go on.
      const { code, message } = error as { code?: string; message: string };
      if (code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(code))
        throw new PermanentError(
          `the certificate of ${this.endpoint.url} is not trusted (${message}). hypervisor.ca must hold the authority that signed it`,
        );
      throw new ApiError(
        'vSphere',
        method,
        '/sdk',
        0,
        code === undefined ? message : `${code} ${message}`,
        true,
      );
    }
  }

  private bodyOf(method: string, response: AxiosResponse<string>): XmlNode {
    try {
      const body = child(parseXml(response.data), 'Body')?.children[0];
      if (body !== undefined) return body;
    } catch {
      // Not XML: a proxy or a starting server answered; its words are of no use, its status is.
    }
    throw new ApiError(
      'vSphere',
      method,
      '/sdk',
      response.status,
      'the answer is not SOAP',
      response.status !== 404,
    );
  }
}

function lost(error: unknown): boolean {
  return error instanceof ApiError && error.status === 0;
}
