import type { HttpAnswer, HttpQuestion } from '../program.js';
import type { HttpAction, Proxy, Sample } from './configuration.js';
import { metrics, statisticsPage, type Statistics } from './statistics.js';

/** What a frontend answers by itself; the sandbox's HAProxy hands no HTTP request on. */
export function answerHttp(
  frontend: Proxy,
  sample: Sample,
  question: HttpQuestion,
  statistics: () => Statistics,
): HttpAnswer {
  const rule = frontend.httpRules.find(({ holds }) => holds({ ...sample, http: question }));
  if (rule) return answerOf(rule.action, question, statistics);
  const { statisticsUri } = frontend;
  if (statisticsUri !== undefined && question.path.startsWith(statisticsUri))
    return { status: 200, headers: { 'content-type': 'text/html' }, body: statisticsPage(statistics()) };
  const body =
    '<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n';
  return { status: 503, headers: { 'content-type': 'text/html' }, body };
}

function answerOf(
  action: HttpAction,
  { host, path }: HttpQuestion,
  statistics: () => Statistics,
): HttpAnswer {
  switch (action.kind) {
    case 'redirect':
      return { status: action.status, headers: { location: `https://${host}${path}` }, body: '' };
    case 'auth':
      return {
        status: 401,
        headers: { 'www-authenticate': `Basic realm="${action.realm}"`, 'content-type': 'text/html' },
        body: '<html><body><h1>401 Unauthorized</h1>\nYou need a valid user and password to access this content.\n</body></html>\n',
      };
    case 'metrics':
      return {
        status: 200,
        headers: { 'content-type': 'text/plain; version=0.0.4' },
        body: metrics(statistics()),
      };
    case 'return':
      return { status: action.status, headers: { 'content-type': action.contentType }, body: action.text };
  }
}
