// A gateway that asks for proofs of several kinds. Signatures are checked by jose and oidc-provider.
import { createPublicKey, randomUUID } from 'node:crypto';
import express from 'express';
import { jwtVerify } from 'jose';
import Provider from 'oidc-provider';

const port = +process.argv[2], base = `http://127.0.0.1:${port}`;
const rsa = createPublicKey(process.env.RSA_KEY), ec = createPublicKey(process.env.EC_KEY);
const shared = Buffer.from(process.env.SHARED_KEY, 'base64');
const posts = Array.from({ length: 250 }, (_, index) => ({ id: index + 1, title: `Post ${index + 1}` }));
const counts = { logins: 0, assertions: 0, clients: 0 };
const app = express();
app.use('/gateway', express.json());

const bearer = req => /^Bearer (\S+)$/.exec(req.get('authorization') || '')?.[1] ?? '';
const page = (req, res) => {
  const number = +req.query.page, size = +req.query.per_page;
  res.json(posts.slice((number - 1) * size, number * size));
};
const behind = check => async (req, res, next) => {
  try { await check(req); next(); } catch (error) { res.status(401).json({ message: error.message }); }
};
const demand = (is, message) => { if (!is) throw new Error(message); };

// A session of a login, which lasts for two pages.
const sessions = new Map();
app.post('/gateway/login', (req, res) => {
  if (req.body.user !== 'reader' || req.body.password !== 'books&loans') {
    return res.status(403).json({ message: `${req.body.password} is not the password of ${req.body.user}` });
  }
  counts.logins += 1;
  const token = randomUUID();
  sessions.set(token, 2);
  res.json({ session: { token } });
});
app.get('/gateway/session', behind(req => {
  const left = sessions.get(req.get('x-session')) ?? 0;
  demand(left > 0, 'the session has ended');
  sessions.set(req.get('x-session'), left - 1);
}), page);

// Tokens that the connector signs itself.
const audience = `${base}/gateway`;
app.get('/gateway/rsa', behind(async req => {
  const { protectedHeader } = await jwtVerify(bearer(req), rsa,
    { algorithms: ['RS256'], issuer: 'reader', audience, maxTokenAge: 600, requiredClaims: ['exp', 'iat', 'role'] });
  demand(protectedHeader.kid === 'k-1', 'which key?');
}), page);
app.get('/gateway/pss', behind(req => jwtVerify(bearer(req), rsa, { algorithms: ['PS384'], subject: 'reader' })), page);
app.get('/gateway/shared', behind(req => jwtVerify(bearer(req), shared, { algorithms: ['HS512'], subject: 'reader' })), page);

// A token in exchange for an assertion, each of which is good for once (RFC 7523).
const seen = new Set(), granted = new Set();
app.post('/gateway/token', express.urlencoded({ extended: false }), async (req, res) => {
  try {
    demand(req.body.grant_type === 'urn:ietf:params:oauth:grant-type:jwt-bearer', 'unsupported_grant_type');
    const { payload } = await jwtVerify(req.body.assertion, ec,
      { algorithms: ['ES256'], issuer: 'reader', audience: `${audience}/token`, requiredClaims: ['exp', 'jti'] });
    demand(!seen.has(payload.jti), 'this assertion was used before');
    seen.add(payload.jti);
    counts.assertions += 1;
    const token = randomUUID();
    granted.add(token);
    res.json({ access_token: token, token_type: 'Bearer', expires_in: 1 });
  } catch (error) { res.status(400).json({ error: 'invalid_grant', error_description: error.message }); }
});
app.get('/gateway/service', behind(req => demand(granted.has(bearer(req)), 'unknown token')), page);

// A client that signs in place of a secret.
const provider = new Provider(`${base}/oidc`, {
  clients: [{ client_id: 'reader', grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
    token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'ES256', scope: 'read',
    jwks: { keys: [ec.export({ format: 'jwk' })] } }],
  scopes: ['read'],
  features: { devInteractions: { enabled: false }, clientCredentials: { enabled: true } },
});
provider.on('grant.success', () => { counts.clients += 1; });
app.get('/gateway/client', behind(async req => {
  const found = await provider.ClientCredentials.find(bearer(req));
  demand(found?.isValid && found.clientId === 'reader', 'unknown token');
}), page);

app.get('/_stats', (req, res) => res.json(counts));
app.use('/oidc', provider.callback());
app.listen(port, '127.0.0.1');
