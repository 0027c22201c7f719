export type HclValue = string | number | boolean | HclValue[];
export type HclBody = { attributes: Record<string, HclValue>; blocks: HclBlock[] };
export type HclBlock = { type: string; labels: string[]; body: HclBody };

const tokens =
  /\s+|#[^\n]*|\/\/[^\n]*|\/\*[^]*?\*\/|("(?:[^"\\\n]|\\.)*"|[A-Za-z_][\w-]*|-?\d+(?:\.\d+)?|[={}[\],])/y;

/**
 * Reads the part of HCL that server configurations and policies are written in: attributes, lists, blocks with labels.
 * @throws Error with the line of what cannot be read
 * @see https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
 */
export function parseHcl(text: string): HclBody {
  const read = tokensOf(text);
  let at = 0;
  const peek = (): string | undefined => read[at]?.text;
  const fail = (expected: string): never => {
    const found = read[at] ?? { text: 'the end', line: text.split('\n').length };
    throw new Error(`At ${found.line}: expected ${expected}, found ${found.text}`);
  };
  const take = (wanted: string): void => {
    if (peek() !== wanted) fail(wanted);
    at += 1;
  };

  const value = (): HclValue => {
    const token = peek() ?? fail('a value');
    if (token === '[') return list();
    at += 1;
    if (token.startsWith('"')) return unquoted(token);
    if (token === 'true' || token === 'false') return token === 'true';
    if (/^-?\d/.test(token)) return Number(token);
    at -= 1;
    return fail('a value');
  };
  const list = (): HclValue[] => {
    const values: HclValue[] = [];
    take('[');
    while (peek() !== ']') {
      values.push(value());
      if (peek() !== ']') take(',');
    }
    take(']');
    return values;
  };
  const body = (end: string | undefined): HclBody => {
    const found: HclBody = { attributes: {}, blocks: [] };
    while (peek() !== end) {
      const name = peek() ?? fail('}');
      if (!/^["A-Za-z_]/.test(name)) fail('a name');
      at += 1;
      if (peek() === '=') {
        at += 1;
        const key = name.startsWith('"') ? unquoted(name) : name;
        if (key in found.attributes) throw new Error(`The argument ${key} was set more than once`);
        found.attributes[key] = value();
      } else found.blocks.push(block(name));
    }
    return found;
  };
  const block = (type: string): HclBlock => {
    const labels: string[] = [];
    while (peek()?.startsWith('"') === true) {
      labels.push(unquoted(peek()!));
      at += 1;
    }
    take('{');
    const inner = body('}');
    take('}');
    return { type, labels, body: inner };
  };
  return body(undefined);
}

function tokensOf(text: string): { text: string; line: number }[] {
  const found: { text: string; line: number }[] = [];
  let from = 0;
  while (from < text.length) {
    tokens.lastIndex = from;
    const match = tokens.exec(text);
    const line = text.slice(0, from).split('\n').length;
    if (!match) throw new Error(`At ${line}: illegal character or string not terminated`);
    if (match[1] !== undefined) found.push({ text: match[1], line });
    from = tokens.lastIndex;
  }
  return found;
}

/** HCL's strings are JSON's, but for templates, which begin with `${` or `%{` and stand for themselves when doubled. */
function unquoted(token: string): string {
  const text = JSON.parse(token) as string;
  if (/(?<!\$)\$\{|(?<!%)%\{/.test(text)) throw new Error(`a template is not simulated: ${token}`);
  return text.replace(/([$%])\1(?=\{)/g, '$1');
}
