import { createHmac, randomBytes } from 'node:crypto';
import { isWithin } from './auth/token-settings.js';
import type { Token, VaultState } from './state.js';

/** Under which a token is kept. */
export function tokenKey(state: VaultState, token: string): string {
  return createHmac('sha256', state.tokenSalt).update(token).digest('hex');
}

type NewToken = Pick<Token, 'policies' | 'path' | 'displayName'> &
  Partial<Pick<Token, 'networks' | 'aliases' | 'metadata'>> & { seconds?: number };

/** Draws a token, which is nowhere but in the answer. Those that have ended go meanwhile. */
export function addToken(state: VaultState, { seconds, ...token }: NewToken): string {
  const now = Date.now();
  for (const [key, { endsAt = Infinity }] of Object.entries(state.tokens))
    if (endsAt <= now) delete state.tokens[key];
  const drawn = `hvs.${randomBytes(24).toString('base64url').replace(/[-_]/g, 'x')}`;
  state.tokens[tokenKey(state, drawn)] = {
    networks: [],
    aliases: {},
    metadata: {},
    ...token,
    accessor: randomBytes(18).toString('base64url').replace(/[-_]/g, 'x'),
    madeAt: now,
    ...(seconds !== undefined && { endsAt: now + seconds * 1000 }),
  };
  return drawn;
}

/** Who a token stands for; undefined when it is unknown, has ended, or is used from where it may not be. */
export function tokenOf(state: VaultState, token: string, source: string): Token | undefined {
  const found = state.tokens[tokenKey(state, token)];
  if (found === undefined || (found.endsAt ?? Infinity) <= Date.now()) return undefined;
  return isWithin(source, found.networks) ? found : undefined;
}

/** The part of an answer that a login gives. */
export function loginAnswer(token: string, { policies, accessor, endsAt, metadata, madeAt }: Token): unknown {
  return {
    auth: {
      client_token: token,
      accessor,
      policies,
      token_policies: policies,
      metadata,
      lease_duration: endsAt === undefined ? 0 : Math.round((endsAt - madeAt) / 1000),
      renewable: false,
      token_type: 'service',
      orphan: true,
      num_uses: 0,
    },
  };
}
