import { z } from 'zod';
import { repositoryPath, type Registry } from './registry.js';

const Tags = z.object({ tags: z.array(z.string()).nullable() });
const Catalog = z.object({ repositories: z.array(z.string()) });
const pageSize = 200;

/** Every tag of a repository in the registry's order; none when it has no such repository. */
export function listTags(registry: Registry, repository: string, signal?: AbortSignal): Promise<string[]> {
  return pages(registry, repositoryPath(repository, 'tags/list'), Tags, ({ tags }) => tags ?? [], signal);
}

/** Every repository of a registry. */
export function listRepositories(registry: Registry, signal?: AbortSignal): Promise<string[]> {
  return pages(registry, '/v2/_catalog', Catalog, ({ repositories }) => repositories, signal);
}

/** A list whose further pages are announced by `Link`; the last entry is where the next one begins. */
async function pages<Page>(
  { http }: Registry,
  path: string,
  schema: z.ZodType<Page>,
  entriesOf: (page: Page) => string[],
  signal?: AbortSignal,
): Promise<string[]> {
  const entries: string[] = [];
  for (;;) {
    const last = entries.at(-1);
    const { status, headers, body } = await http.request({
      method: 'GET',
      path,
      query: { n: pageSize, ...(last === undefined ? {} : { last }) },
      accept: [200, 404],
      ...(signal && { signal }),
    });
    if (status === 404) return entries;
    const page = entriesOf(schema.parse(body));
    entries.push(...page);
    if (!headers['link']?.includes('rel="next"') || page.length === 0) return entries;
  }
}
