// Creates embed tokens as in docs/host-app.md.

import { createHmac } from 'node:crypto';

/** The local stack's key of the host app. */
const SECRET = Buffer.from('dGhlLWhvc3QtYXBwLXNwZWFrcy1ieS10aGlzLW9uZS1sb2NhbGx5', 'base64url');

/** Returns a token with these claims, such as `org`, `sub`, `iat`, and `exp`. */
export function mint(claims) {
  const header = { alg: 'HS256', typ: 'JWT', kid: 'local' };
  const signed = [header, { aud: 'onramp:embed', ...claims }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
}
