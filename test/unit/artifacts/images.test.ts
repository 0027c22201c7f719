import { describe, expect, test } from 'vitest';
import { roles } from '../../../activities/roles/index.js';
import { artifactTable } from '../../../client/output/artifacts.js';
import { layoutPath, mirroredRepository, originOf, referenceOf } from '../../../config/artifacts/image.js';
import { images } from '../../../config/artifacts/images.js';
import { plannedImages, siteImages } from '../../../config/artifacts/site-images.js';
import { computeInventory } from '../../../config/inventory.js';
import { parseSite } from '../../../config/load.js';
import { buildPlan } from '../../../config/plan.js';
import { ImageEntry } from '../../../config/site/services.js';
import { edited, exampleText, ownImages, problemLines } from '../site-fixture.js';

const digest = `sha256:${'ab'.repeat(32)}`;
const own = (name: string, version = '9', image = `registry.example.org/team/${name}`): string =>
  `{ name: ${name}, version: '${version}', image: '${image}', digest: '${digest}', licence: MIT }`;
const textWith = (...entries: string[]): string =>
  edited(exampleText, [ownImages, `  images: [${entries.join(', ')}]\n`]);

function siteWith(...entries: string[]) {
  const result = parseSite(textWith(...entries), 'site.yaml');
  if (!('site' in result)) throw new Error(JSON.stringify(result.problems));
  return result.site;
}

describe('the images of the catalogue', () => {
  test.each(Object.entries(images))('pin %s in the form that a site would write it', (name, image) => {
    const { neededBy, ...entry } = image;
    expect(ImageEntry.safeParse(entry).error).toBeUndefined();
    expect(image.name).toBe(name);
    expect(neededBy.length).toBeGreaterThan(0);
  });

  test('are replaced by name and added to by the site', () => {
    const site = siteWith(own('argocd'), own('tool'));
    expect(siteImages(site).map(({ name, version }) => `${name} ${version}`)).toEqual([
      'argocd 9',
      `argocd-redis ${images['argocd-redis'].version}`,
      'tool 9',
    ]);
    expect(siteImages(site)[0]?.neededBy).toEqual(['install-argocd']);
    expect(siteImages()).toEqual(Object.values(images));
    const table = artifactTable(siteImages(site));
    expect(table.at(-1)).toMatch(/^tool +9 +MIT +the site$/);
    expect(table.every((line) => line.length <= 80)).toBe(true);
  });

  test('that a plan needs are those of its roles in this version, and those that the site added', () => {
    const site = siteWith(own('tool'));
    const plan = buildPlan({ site, inventory: computeInventory(site), declarations: roles, mode: 'apply' });
    expect(plannedImages(plan).map(({ name }) => name)).toEqual(['tool']);
    const phases = plan.phases.map((phase) => ({
      ...phase,
      roles: phase.roles.map((role) => ({ ...role, available: true })),
    }));
    expect(plannedImages({ site, phases }).map(({ name }) => name)).toEqual([
      ...Object.values(images).map(({ name }) => name),
      'tool',
    ]);
  });

  test('have a place in a store and in the registries of the site that follows from their reference', () => {
    const image = { image: 'registry.example.org:5000/team/tool', version: '1.0' };
    expect(layoutPath(image)).toBe('images/registry.example.org_5000/team/tool/1.0');
    expect(mirroredRepository(image)).toBe('registry.example.org_5000/team/tool');
    expect(originOf(image)).toEqual({ registry: 'registry.example.org:5000', repository: 'team/tool' });
    expect(referenceOf(image)).toBe('registry.example.org:5000/team/tool:1.0');
    expect(layoutPath(images.argocd)).toBe('images/quay.io/argoproj/argocd/v3.5.3');
  });
});

describe('an image in a site file', () => {
  test.each([
    ['redis', 'an image without its registry'],
    ['library/redis', 'a path without its registry'],
    ['docker.io/library/redis:7', 'a tag'],
    ['docker.io/../redis', 'a way out of its folder'],
    ['docker.io/Library/redis', 'capitals'],
    [`docker.io/library/redis@${digest}`, 'a digest'],
  ])('is not %s: %s', (image) => {
    expect(problemLines(textWith(own('tool', '9', image)))).toEqual([
      expect.stringMatching(
        /images\[0\]\.image: .*is not the name of an image with its registry and without tag/,
      ),
    ]);
  });

  test('has a tag that is one path segment', () => {
    expect(problemLines(textWith(own('tool', '../x')))).toEqual([
      expect.stringMatching(/images\[0\]\.version: "\.\.\/x" is not a tag/),
    ]);
  });

  test('has a name and a reference of its own', () => {
    const same = 'registry.example.org/team/same';
    expect(problemLines(textWith(own('a', '1'), own('a', '2')))).toEqual([
      expect.stringContaining(
        'artifacts.images[1].name: "a" is already artifacts.images[0]. Remove one of the two',
      ),
    ]);
    expect(problemLines(textWith(own('a', '1', same), own('b', '1', same)))).toEqual([
      expect.stringContaining(`artifacts.images[1].image: "${same}:1" is already artifacts.images[0]`),
    ]);
    expect(problemLines(textWith(own('a', '1', same), own('b', '2', same)))).toEqual([]);
  });
});
