import { json, Refusal, type Question } from './answer.js';

export type Fields = Readonly<Record<string, unknown>>;

/** What Gogs' library for forms demands of a field. */
export type Rule = 'Required' | 'AlphaDashDot' | 'Email' | `MaxSize(${number})`;

/** Field in a request → its name in Gogs' errors, and its rules. */
export type Rules = Readonly<Record<string, readonly [name: string, ...rules: Rule[]]>>;

type Problem = { fieldNames: string[]; classification: string; message: string };

/**
 * The body of an API request.
 * @throws Refusal 415 and 400 for what is no JSON, 422 with a list of problems for what breaks a rule
 * @see https://github.com/go-macaron/binding
 */
export function boundFields({ method, contentType, body }: Question, rules: Rules): Fields {
  if (!contentType.includes('json')) {
    // Of the methods that Gogs binds, these want a type.
    if (method === 'PATCH' && contentType === '') return checked({}, rules);
    const message = contentType === '' ? 'Empty Content-Type' : 'Unsupported Content-Type';
    throw refusedWith(415, [{ fieldNames: [], classification: 'ContentTypeError', message }]);
  }
  return checked(parsed(body), rules);
}

function parsed(body: Buffer): Fields {
  if (body.length === 0) return {};
  try {
    const value = JSON.parse(body.toString('utf8')) as unknown;
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Fields;
  } catch {
    // It is said below, in the same words.
  }
  const classification = 'DeserializationError';
  throw refusedWith(400, [{ fieldNames: [], classification, message: 'invalid JSON' }]);
}

function checked(fields: Fields, rules: Rules): Fields {
  const problems = problemsOf(fields, rules);
  if (problems.length > 0) throw refusedWith(422, problems);
  return fields;
}

/** What breaks a rule; of each field only the first. */
export function problemsOf(fields: Fields, rules: Rules): Problem[] {
  return Object.entries(rules).flatMap(([field, [name, ...own]]) => {
    const broken = own.find((rule) => breaks(fields[field], rule));
    if (broken === undefined) return [];
    const kind = broken.replace(/\(.*/, '');
    return [{ fieldNames: [name], classification: `${kind}Error`, message: kind }];
  });
}

function breaks(value: unknown, rule: Rule): boolean {
  const text = textOf(value);
  switch (rule) {
    case 'Required':
      return value === undefined || value === null || value === '';
    case 'AlphaDashDot':
      return /[^\w.-]/.test(text);
    case 'Email':
      // Its domain has a dot.
      return !/[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*@(\w([\w-]*\w)?\.)+[a-zA-Z0-9]/.test(text);
    default:
      return [...text].length > Number(/\d+/.exec(rule)?.[0]);
  }
}

/** A field that is to be a text; '' when it is none, as in Go. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function refusedWith(status: number, problems: readonly Problem[]): Refusal {
  return new Refusal(json(status, problems));
}
