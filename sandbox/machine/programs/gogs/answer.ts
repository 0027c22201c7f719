/** What Gogs is asked, over TLS or its socket. */
export type Question = {
  method: string;
  path: string;
  query: URLSearchParams;
  authorization: string;
  contentType: string;
  contentEncoding: string;
  body: Buffer;
};

export type Answer = { status: number; headers: Record<string, string>; body: Buffer };

const documentation = 'https://github.com/gogs/docs-api';

/** What Gogs refuses: thrown by whoever finds out, answered as it is. */
export class Refusal extends Error {
  constructor(
    readonly answer: Answer,
    message = `refused with ${answer.status}`,
  ) {
    super(message);
  }
}

export function plain(status: number, text = '', headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
    body: Buffer.from(text),
  };
}

export function json(status: number, value: unknown): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: Buffer.from(JSON.stringify(value)),
  };
}

export function page(status: number, title: string, problem = ''): Answer {
  const message = problem === '' ? '' : `<div class="ui negative message"><p>${escaped(problem)}</p></div>\n`;
  return {
    status,
    headers: { 'content-type': 'text/html; charset=UTF-8' },
    body: Buffer.from(`<!DOCTYPE html>\n<title>${title} - Gogs</title>\n${message}`),
  };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&#39;');
}

export function redirect(location: string): Answer {
  return plain(302, '', { location });
}

export function noContent(): Answer {
  return { status: 204, headers: {}, body: Buffer.alloc(0) };
}

/** A status without a word, as Gogs answers most of what it refuses. */
export function bare(status: number): Refusal {
  return new Refusal(plain(status));
}

export function refused(status: number, message: string): Refusal {
  return new Refusal(json(status, { message, url: documentation }), message);
}

/** What Gogs says when something went wrong that it has no status for. */
export function unexpected(reason: string): Refusal {
  const message = 'Something went wrong, please check the server logs for more information.';
  return new Refusal(json(500, { message, url: documentation }), reason);
}

export function notSimulated(what: string): Refusal {
  return refused(404, `${what} is not simulated by the sandbox`);
}
