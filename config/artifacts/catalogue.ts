import type { Artifact } from './artifact.js';

/**
 * What Socle installs besides packages. Each checksum names the public sources that state it; what none states is in no
 * catalogue, a site brings it (`artifacts.catalogue`).
 */
export const catalogue = {
  // hashicorp/homebrew-tap Formula/vault.rb of 1.21.1; cert-manager/makefile-modules modules/tools/00_mod.mk
  vault: {
    name: 'vault',
    version: '1.21.1',
    url: 'https://releases.hashicorp.com/vault/1.21.1/vault_1.21.1_linux_amd64.zip',
    sha256: '4088617653eba4ea341b6166130239fcbe42edc7839c7f7c6209d280948769c7',
    licence: 'BUSL-1.1',
    neededBy: ['install-vault'],
  },
  // One source only: bpstr/lumic crates/lumic-platform/src/git_forge.rs
  gogs: {
    name: 'gogs',
    version: '0.14.3',
    url: 'https://github.com/gogs/gogs/releases/download/v0.14.3/gogs_v0.14.3_linux_amd64.tar.gz',
    sha256: 'c27fbd8337ebd661929389f5237bf601e09958d514835c99fad3b904c63bedb2',
    licence: 'MIT',
    neededBy: ['install-gogs'],
  },
  // For systems without a package docker-registry. ray-project/ray WORKSPACE; two installation scripts of others agree
  registry: {
    name: 'registry',
    version: '3.0.0',
    url: 'https://github.com/distribution/distribution/releases/download/v3.0.0/registry_3.0.0_linux_amd64.tar.gz',
    sha256: '61c9a2c0d5981a78482025b6b69728521fbc78506d68b223d4a2eb825de5ca3d',
    licence: 'Apache-2.0',
    neededBy: ['install-docker-registry'],
  },
} as const satisfies Record<string, Artifact>;
