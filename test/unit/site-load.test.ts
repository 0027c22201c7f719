import { describe, expect, it } from 'vitest';
import { exitCodes, UserError } from '../../config/errors.js';
import { loadSite, parseSite } from '../../config/load.js';
import { problemPage } from '../../config/problem.js';
import { edited, exampleText, ownCatalogue, lineOf, plannedMachines, problemLines } from './site-fixture.js';

type Case = { mistake: string; changes: [string, string][]; expected: string[] };

const dmzRange = 'range: 127.40.0.10-127.40.0.99';
const artefact = (name: string): string =>
  `{ name: ${name}, version: '1', url: 'https://x.example.org/a.zip', sha256: '${'0'.repeat(64)}', licence: MIT }`;
const key = /'(ssh-ed25519 \S+)/.exec(exampleText)?.[1] ?? '';

const cases: Case[] = [
  {
    mistake: 'an address given twice',
    changes: [
      [
        'secrets:\n',
        'machines:\n  vault-1: { address: 127.10.0.7 }\n  vault-2: { address: 127.10.0.7 }\nsecrets:\n',
      ],
    ],
    expected: [
      'machines.vault-2.address: 127.10.0.7 is already given to machines.vault-1.address. Choose a free address',
    ],
  },
  {
    mistake: 'an artefact given twice',
    changes: [[ownCatalogue, `  catalogue: [${artefact('vault')}, ${artefact('vault')}]\n`]],
    expected: [
      'artifacts.catalogue[1].name: "vault" is already artifacts.catalogue[0]. Remove one of the two',
    ],
  },
  {
    mistake: 'an artefact whose every field is wrong',
    changes: [
      [
        ownCatalogue,
        "  catalogue: [{ name: '../x', version: '1/2', url: 'https://x.example.org/', sha256: ABC, licence: '' }]\n",
      ],
    ],
    expected: [
      'artifacts.catalogue[0].name: "../x" is not a name of an artefact. Use lower-case letters, digits, ".", "_", "+" and "-"',
      'artifacts.catalogue[0].version: "1/2" is not a version. Begin with a letter or digit, then letters, digits, ".", "_", "+" and "-"',
      'artifacts.catalogue[0].url: "https://x.example.org/" does not end in a plain file name. Begin with a letter or digit, then letters, digits, ".", "_", "+" and "-"',
      'artifacts.catalogue[0].sha256: "ABC" is not a SHA-256 checksum. Write the 64 lower-case hexadecimal digits that sha256sum prints',
      'artifacts.catalogue[0].licence: "" is not a licence. Write its SPDX identifier, such as MIT',
    ],
  },
  {
    mistake: 'an address outside its zone',
    changes: [['gateway: 127.20.0.1', 'gateway: 127.21.0.1']],
    expected: [
      'zones.lan.gateway: 127.21.0.1 is outside zone lan (127.20.0.0/24). Choose an address of that network',
    ],
  },
  {
    mistake: "a machine's address in another zone",
    changes: [['secrets:\n', 'machines: { lb-dmz-1: { address: 127.10.0.7 } }\nsecrets:\n']],
    expected: [
      'machines.lb-dmz-1.address: 127.10.0.7 is outside zone dmz (127.40.0.0/24). Choose an address of that network',
    ],
  },
  {
    mistake: 'an unknown key at the top',
    changes: [['approvals:\n', 'aprovals:\n']],
    expected: ['unknown key "aprovals". Did you mean "approvals"?'],
  },
  {
    mistake: 'an unknown key inside a zone',
    changes: [['    mtu: 1500', '    mut: 1500']],
    expected: ['zones.infra: unknown key "mut". Did you mean "mtu"?'],
  },
  {
    mistake: 'an unknown key that is like nothing else',
    changes: [['secrets:\n', 'hyperdrive: on\nsecrets:\n']],
    expected: ['unknown key "hyperdrive". Remove it: docs/site-file.md lists the keys'],
  },
  {
    mistake: 'a secret written in clear',
    changes: [['password: env:SOCLE_VSPHERE_PASSWORD', 'password: hunter2-canary']],
    expected: [
      'hypervisor.password: must be a reference, not the value itself (not shown here). Write env:NAME or file:PATH',
    ],
  },
  {
    mistake: "a reference into the platform's own Vault before Vault exists",
    changes: [['master: env:SOCLE_MASTER_KEY', 'master: vault:kv/socle#master']],
    expected: [
      "secrets.master: vault:kv/socle#master lies in the platform's own Vault, which does not exist when this is needed. Write env:NAME or file:PATH",
    ],
  },
  {
    mistake: 'users that are no whole number',
    changes: [['concurrentUsers: 100', 'concurrentUsers: 12.5']],
    expected: ['concurrentUsers: 12.5 is not a whole number'],
  },
  {
    mistake: 'no users',
    changes: [['concurrentUsers: 100', 'concurrentUsers: 0']],
    expected: ['concurrentUsers: 0 is too small. Use at least 1'],
  },
  {
    mistake: 'more users than anybody measured',
    changes: [
      ['concurrentUsers: 100', 'concurrentUsers: 2000000'],
      ['secrets:\n', 'backup: { kind: nfs, server: 192.0.2.7, path: /platform, key: env:KEY }\nsecrets:\n'],
    ],
    expected: ['concurrentUsers: 2000000 is too large. Use at most 100000'],
  },
  {
    mistake: 'a gate on an unknown phase',
    changes: [['before: preparation', 'before: preperation']],
    expected: ['approvals[0].before: "preperation" is not known. Did you mean "preparation"?'],
  },
  {
    mistake: 'overlapping zones',
    changes: [
      ['cidr: 127.30.0.0/24', 'cidr: 127.20.0.0/16'],
      ['gateway: 127.30.0.1', 'gateway: 127.20.7.1'],
      ['range: 127.30.0.10-127.30.0.99', 'range: 127.20.7.10-127.20.7.99'],
    ],
    expected: [
      'zones.integration.cidr: 127.20.0.0/16 overlaps zone lan (127.20.0.0/24). Give each zone a network of its own',
    ],
  },
  {
    mistake: 'a range that leaves its zone',
    changes: [[dmzRange, 'range: 127.40.0.200-127.40.1.20']],
    expected: [
      "zones.dmz.range: 127.40.0.200-127.40.1.20 is not inside 127.40.0.0/24. Keep it within the zone's network",
    ],
  },
  {
    mistake: 'a range that takes the gateway',
    changes: [[dmzRange, 'range: 127.40.0.1-127.40.0.99']],
    expected: [
      'zones.dmz.range: 127.40.0.1-127.40.0.99 takes the gateway 127.40.0.1. Leave it out of the range',
    ],
  },
  {
    mistake: 'a range that runs backwards',
    changes: [[dmzRange, 'range: 127.40.0.99-127.40.0.10']],
    expected: ['zones.dmz.range: "127.40.0.99-127.40.0.10" runs backwards. Put the lower address first'],
  },
  {
    mistake: 'a network with host bits',
    changes: [['cidr: 127.40.0.0/24', 'cidr: 127.40.0.5/24']],
    expected: ['zones.dmz.cidr: "127.40.0.5/24" has host bits set. Write 127.40.0.0/24'],
  },
  {
    mistake: 'an impossible address',
    changes: [['gateway: 127.40.0.1', 'gateway: 127.40.0.300']],
    expected: ['zones.dmz.gateway: "127.40.0.300" is not an IPv4 address'],
  },
  {
    mistake: 'a bad MTU',
    changes: [['mtu: 1500', 'mtu: 150']],
    expected: ['zones.infra.mtu: 150 is too small. Use at least 1280'],
  },
  {
    mistake: 'pod networks that overlap a zone and each other',
    changes: [
      [
        '{ podCidr: 10.42.0.0/16, serviceCidr: 10.43.0.0/16 }',
        '{ podCidr: 127.0.0.0/8, serviceCidr: 10.44.0.0/14 }',
      ],
    ],
    expected: ['infra', 'lan', 'integration', 'dmz']
      .map(
        (zone, index) =>
          `clusters.apps.podCidr: 127.0.0.0/8 overlaps zones.${zone}.cidr (127.${(index + 1) * 10}.0.0/24). Choose a network that nothing else uses`,
      )
      .concat([
        'clusters.apps.podCidr: 127.0.0.0/8 overlaps management[0] (127.0.0.1/32). Choose a network that nothing else uses',
        'clusters.middleware.podCidr: 10.44.0.0/16 overlaps clusters.apps.serviceCidr (10.44.0.0/14). Choose a network that nothing else uses',
        'clusters.middleware.serviceCidr: 10.45.0.0/16 overlaps clusters.apps.serviceCidr (10.44.0.0/14). Choose a network that nothing else uses',
        'clusters.dmz.podCidr: 10.46.0.0/16 overlaps clusters.apps.serviceCidr (10.44.0.0/14). Choose a network that nothing else uses',
        'clusters.dmz.serviceCidr: 10.47.0.0/16 overlaps clusters.apps.serviceCidr (10.44.0.0/14). Choose a network that nothing else uses',
      ]),
  },
  {
    mistake: 'a routed network that pods would hide, the pod network being the default',
    changes: [
      ['  middleware: { podCidr: 10.44.0.0/16, serviceCidr: 10.45.0.0/16 }\n', ''],
      ['routedNetworks: []', 'routedNetworks: [10.44.9.0/24]'],
    ],
    expected: [
      'clusters.middleware.podCidr: 10.44.0.0/16 (the default) overlaps routedNetworks[0] (10.44.9.0/24). Choose a network that nothing else uses',
    ],
  },
  {
    mistake: 'operators whose answers would go to pods',
    changes: [['management: [127.0.0.1/32]', 'management: [0.0.0.0/0, 10.43.7.0/24]']],
    expected: [
      'clusters.apps.serviceCidr: 10.43.0.0/16 overlaps management[1] (10.43.7.0/24). Choose a network that nothing else uses',
    ],
  },
  {
    mistake: 'a pod network too small for its nodes',
    changes: [['{ podCidr: 10.42.0.0/16,', '{ podCidr: 10.42.0.0/22,']],
    expected: [
      'clusters.apps.podCidr: 10.42.0.0/22 is too small: every node takes a /24 of it. Use a /20 or larger, such as a /16',
    ],
  },
  {
    mistake: 'two administrators of one name and one key',
    changes: [['artifacts:', `  - { name: admin-1, keys: ['${key} laptop'] }\n\nartifacts:`]],
    expected: [
      'administrators[1].name: "admin-1" is already administrators[0].name. Put all keys of one person in one entry',
      'administrators[1].keys[0]: is the same key as administrators[0].keys[0]. Give everyone a key of their own',
    ],
  },
  {
    mistake: 'an SSH key that is cut off',
    changes: [[key, key.slice(0, -4)]],
    expected: [
      'administrators[0].keys[0]: is a damaged ssh-ed25519 key: its base64 part does not hold such a key. Paste the line of the .pub file again',
    ],
  },
  {
    mistake: 'no backup where one is required',
    changes: [['concurrentUsers: 100', 'concurrentUsers: 500']],
    expected: [
      'backup: is missing, and a site of 500 users needs one. Name an S3 or NFS target outside the platform',
    ],
  },
  {
    mistake: 'a backup into a zone of the platform',
    changes: [
      ['secrets:\n', 'backup: { kind: nfs, server: 127.20.0.200, path: /backup, key: env:KEY }\nsecrets:\n'],
    ],
    expected: [
      "backup.server: 127.20.0.200 is inside the platform (zone lan). Name a target that survives the platform's loss",
    ],
  },
  {
    mistake: "a backup into the platform's own MinIO",
    changes: [
      [
        'secrets:\n',
        'backup: { kind: s3, url: "https://s3.demo-100.example.org", bucket: backup, accessKey: env:A, secretKey: env:B, key: env:C }\nsecrets:\n',
      ],
    ],
    expected: [
      "backup.url: s3.demo-100.example.org is a name of the platform itself. Name a target that survives the platform's loss",
    ],
  },
  {
    mistake: 'a machine that no group has',
    changes: [['secrets:\n', 'machines: { valt-1: {} }\nsecrets:\n']],
    expected: ['machines.valt-1: no machine has this name. Did you mean "vault-1"?'],
  },
  {
    mistake: 'a host key for a machine that Socle makes',
    changes: [['secrets:\n', `machines: { vault-1: { hostKey: "${key}" } }\nsecrets:\n`]],
    expected: [
      'machines.vault-1.hostKey: is only for hypervisor.kind existing: Socle gives this machine its key. Remove it',
    ],
  },
  {
    mistake: 'a hypervisor of unknown kind',
    changes: [['kind: vsphere', 'kind: vsfere']],
    expected: ['hypervisor.kind: "vsfere" is not known. Did you mean "vsphere"?'],
  },
  {
    mistake: 'a template without a name',
    changes: [['{ name: debian-12-cloud, os: debian-12 }', '{ os: debian-12 }']],
    expected: ['templates.default.name: is missing. Name the template to clone, as the hypervisor shows it'],
  },
  {
    mistake: 'a count that cannot keep a majority',
    changes: [['secrets:\n', 'sizing: { vault: { count: 2 }, lb-lan: { count: 3 } }\nsecrets:\n']],
    expected: [
      'sizing.vault.count: 2 machines of vault cannot work. Use 3 or 5 or 7',
      'sizing.lb-lan.count: 3 machines of lb-lan cannot work. It is always 2: remove it',
    ],
  },
  {
    mistake: 'two gates before one phase, one of which opens by silence that never ends',
    changes: [['secrets:\n', '  - { before: preparation, onExpiry: approved }\nsecrets:\n']],
    expected: [
      'approvals[1].before: "preparation" has a gate already (approvals[0]). Keep one',
      'approvals[1].onExpiry: "approved" needs a time limit. Add expiresAfter, such as 24h',
    ],
  },
  {
    mistake: 'credentials inside an address',
    changes: [['url: https://127.0.0.1:18443/sdk', 'url: https://root:hunter2-canary@127.0.0.1/sdk']],
    expected: [
      'hypervisor.url: is not an http or https address without user and password. Write it as https://host:port/path',
    ],
  },
  {
    mistake: "a secret in clear among a role's options",
    changes: [['secrets:\n', 'options: { install-gogs: { adminPassword: hunter2-canary } }\nsecrets:\n']],
    expected: [
      'options.install-gogs.adminPassword: looks like a secret written in clear (not shown here). Write env:NAME, file:PATH or vault:path#field',
    ],
  },
  {
    mistake: 'a key that is missing',
    changes: [['ntp: [127.10.0.2]\n', '']],
    expected: ['ntp: is missing. Add it: docs/site-file.md says how'],
  },
  {
    mistake: 'a section left empty',
    changes: [['secrets:\n', 'mail:\nsecrets:\n']],
    expected: ['mail: is empty. Fill it in or remove the key'],
  },
  {
    mistake: 'half a login',
    changes: [
      ['secrets:\n', 'mail: { relay: mail.example.org, from: a@example.org, username: socle }\nsecrets:\n'],
    ],
    expected: ['mail.username: stands alone. Add mail.password or remove it'],
  },
  {
    mistake: 'a group of keys where a list belongs',
    changes: [['products: [eservices, gco]', 'products: { eservices: true }']],
    expected: ['products: must be a list, not a group of keys'],
  },
  {
    mistake: 'Rancher on machines that sizing does not make yet',
    changes: [['secrets:\n', 'rancher: { placement: dedicated }\nsecrets:\n']],
    expected: ['rancher.placement: "dedicated" is not in this version. Use middleware'],
  },
  {
    mistake: 'two services of one name',
    changes: [['secrets:\n', 'names: { sso: { name: rancher.demo-100.example.org } }\nsecrets:\n']],
    expected: [
      'names.sso.name: "rancher.demo-100.example.org" is already the name of rancher. Choose another',
    ],
  },
];

describe('a site file with a mistake', () => {
  it.each(cases)('$mistake', ({ changes, expected }) => {
    const lines = problemLines(edited(exampleText, ...changes));
    expect(lines.map((line) => line.replace(/^site\.yaml:\d+ {2}/, ''))).toEqual(expected);
  });

  it('names the line of each mistake', () => {
    const text = edited(
      exampleText,
      ['gateway: 127.20.0.1', 'gateway: 127.21.0.1'],
      ['approvals:\n', 'aprovals:\n'],
    );
    expect(problemLines(text)).toEqual([
      expect.stringMatching(
        new RegExp(`^site\\.yaml:${lineOf(text, 'gateway: 127.21')}  zones\\.lan\\.gateway: `),
      ),
      expect.stringMatching(new RegExp(`^site\\.yaml:${lineOf(text, 'aprovals')}  unknown key`)),
    ]);
  });

  it('names both lines of a machine described twice', () => {
    const text = edited(exampleText, [
      'secrets:\n',
      'machines:\n  vault-1: {}\n  vault-1: { address: 127.10.0.8 }\nsecrets:\n',
    ]);
    const first = lineOf(text, 'vault-1');
    expect(problemLines(text)).toEqual([
      `site.yaml:${first + 1}  machines: "vault-1" stands twice, first on line ${first}. Keep one`,
    ]);
  });

  it('says how many addresses the computed machines need when a range is too small', () => {
    const text = edited(exampleText, [dmzRange, 'range: 127.40.0.10-127.40.0.14']);
    expect(problemLines(text, plannedMachines({ 'lb-dmz': 2, 'dmz-node': 3 }))).toEqual([
      `site.yaml:${lineOf(text, 'range: 127.40')}  zones.dmz.range: 127.40.0.10-127.40.0.14 holds 5 addresses, the plan needs 7 ` +
        '(lb-dmz 2 machines + 2 virtual, dmz-node 3). Widen it or lower concurrentUsers.',
    ]);
  });

  it('counts addresses given to machines and virtual addresses as no longer free', () => {
    const exact = edited(exampleText, [dmzRange, 'range: 127.40.0.10-127.40.0.16']);
    const machines = plannedMachines({ 'lb-dmz': 2, 'dmz-node': 3 });
    expect(problemLines(exact, machines)).toEqual([]);
    const oneOutside = edited(exact, [
      'range: 127.40.0.10-127.40.0.16',
      'range: 127.40.0.10-127.40.0.15\n    virtualAddresses: { dmz-vip: 127.40.0.5 }',
    ]);
    expect(problemLines(oneOutside, machines)).toEqual([]);
    const oneInside = edited(exact, [
      'range: 127.40.0.10-127.40.0.16',
      'range: 127.40.0.10-127.40.0.15\n    virtualAddresses: { dmz-vip: 127.40.0.12 }',
    ]);
    expect(problemLines(oneInside, machines)[0]).toContain(
      'holds 6 addresses, 1 of them given away, the plan needs 6',
    );
  });

  it('lists the machines that another team has still to deliver', () => {
    const text = edited(exampleText.replace(/hypervisor:\n( .*\n)+/, 'hypervisor: { kind: existing }\n'), [
      'secrets:\n',
      `machines: { vault-1: { hostKey: "${key}" }, vault-9: { hostKey: "${key}" } }\nsecrets:\n`,
    ]);
    expect(
      problemLines(text, plannedMachines({ vault: 3 })).map((line) => line.replace(/^\S+ {2}/, '')),
    ).toEqual([
      'machines.vault-9: the plan has no machine vault-9 at 100 users. Did you mean "vault-1"?',
      'machines: the plan needs 3 machines, not described: vault-2, vault-3. Give address and hostKey of each',
      'machines.vault-1.address: is missing. Give the address that the machine has',
    ]);
  });

  it('shows every kind of mistake at once, laid out for 80 columns', () => {
    const text = edited(
      exampleText,
      ['concurrentUsers: 100', 'concurrentUsers: 12.5'],
      [dmzRange, 'range: 127.40.0.10-127.40.0.14'],
      ['approvals:\n', 'aprovals:\n'],
    );
    const result = parseSite(text, 'site.yaml', () => plannedMachines({ 'lb-dmz': 2, 'dmz-node': 3 }));
    expect('problems' in result && problemPage('site.yaml', result.problems)).toBe(
      [
        'site.yaml: 3 problems, nothing was started',
        '',
        '  site.yaml:7    concurrentUsers: 12.5 is not a whole number',
        `  site.yaml:${lineOf(text, 'range: 127.40')}   zones.dmz.range: 127.40.0.10-127.40.0.14 holds 5 addresses, the`,
        '                 plan needs 7 (lb-dmz 2 machines + 2 virtual, dmz-node 3). Widen',
        '                 it or lower concurrentUsers.',
        `  site.yaml:${lineOf(text, 'aprovals')}   unknown key "aprovals". Did you mean "approvals"?`,
      ].join('\n'),
    );
  });

  it.each([
    ['', '1  the file is empty. Write one with socle init'],
    ['# nothing\n', '1  the file is empty. Write one with socle init'],
    ['- a\n', '1  must be a group of keys, not a list'],
    ['name: "site\n', '2  a closing quote, bracket or comma is missing'],
    ['name: a\n\tuuid: b\n', '2  a tab is used as indentation. Use spaces'],
    ['a: 1\n---\nb: 2\n', '2  the file holds more than one document. Keep one and remove the line ---'],
  ])('that is not YAML or not a site: %j', (text, expected) => {
    expect(problemLines(text)).toContain(`site.yaml:${expected}`);
  });

  it('never shows a secret, wherever it was written', () => {
    const canary = 'hunter2-canary';
    const texts = [
      edited(exampleText, ['env:SOCLE_VSPHERE_PASSWORD', canary]),
      edited(exampleText, ['env:SOCLE_VSPHERE_PASSWORD', `"${canary}`]),
      edited(exampleText, ['env:SOCLE_VSPHERE_PASSWORD', `[${canary}]`]),
      edited(exampleText, ['env:SOCLE_MASTER_KEY', canary]),
      edited(exampleText, [key, `-----BEGIN OPENSSH PRIVATE KEY-----${canary}`]),
      edited(exampleText, ['server: 127.10.0.2', `server: user:${canary}@127.10.0.2`]),
      edited(exampleText, ['folder: socle', `folder: ' -----BEGIN PRIVATE KEY-----${canary}'`]),
    ];
    for (const text of texts) {
      expect(problemLines(text)).not.toEqual([]);
      expect(problemLines(text).join('\n')).not.toContain(canary);
    }
  });
});

describe('loadSite', () => {
  it('gives the site of a right file, with defaults filled in', async () => {
    const site = await loadSite('examples/site-100.yaml');
    expect(site.zones.lan.mtu).toBe(1500);
    expect(site.secrets.versions.hostKeys).toBe(1);
  });

  it('ends with exit code 15 and a sentence when there is no such file', async () => {
    const error = await loadSite('examples/none.yaml').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      exitCode: exitCodes.siteFile,
      message: 'examples/none.yaml: there is no such file. Write one with socle init',
    });
  });
});
