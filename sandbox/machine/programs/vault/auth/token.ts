import { data, empty } from '../question.js';
import { denied } from '../refusal.js';
import { changes, reads, type Call, type Route } from '../route.js';
import { tokenKey } from '../tokens.js';

const own = ({ token }: Call): NonNullable<Call['token']> => {
  if (token === undefined) throw denied();
  return token;
};

/** What a token says of itself, and its end. */
export const tokenRoutes: readonly Route[] = [
  reads('read', /^lookup-self$/, (call) => {
    const { text, of } = own(call);
    const { accessor, madeAt, endsAt, displayName, policies, path, metadata } = of;
    return data({
      id: text,
      accessor,
      creation_time: Math.floor(madeAt / 1000),
      creation_ttl: endsAt === undefined ? 0 : Math.round((endsAt - madeAt) / 1000),
      ttl: endsAt === undefined ? 0 : Math.max(0, Math.floor((endsAt - Date.now()) / 1000)),
      expire_time: endsAt === undefined ? null : new Date(endsAt).toISOString(),
      explicit_max_ttl: 0,
      display_name: displayName,
      meta: Object.keys(metadata).length === 0 ? null : metadata,
      num_uses: 0,
      orphan: true,
      path,
      policies,
      renewable: false,
      type: 'service',
    });
  }),
  changes('update', /^revoke-self$/, (call) => {
    delete call.state.tokens[tokenKey(call.state, own(call).text)];
    return empty;
  }),
];
