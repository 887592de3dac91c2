// Runs the handlers of the guide as Next.js does: with the `Request` and `Response` of the web. The
// sign-up stands for the product's own.

import { createServer } from 'node:http';
import { handling } from './session.js';
import { db } from './database.js';
import { join, portal, receive, repair, token } from './onramp.js';

const users = new Map();

async function signUp(request) {
  const { company, name, email } = await request.json();
  const user = { id: `user-${users.size}`, name, email };
  const [onramp_org, onramp_user] = await join({ id: user.id.replace('user', 'account'), name: company }, user);
  users.set(user.id, { ...user, onramp_org, onramp_user });
  return Response.json({ session: user.id });
}

const routes = {
  'POST /sign-up': signUp,
  'GET /onramp-token': token,
  'POST /onramp-portal': portal,
  'POST /onramp/webhooks': receive,
  'GET /states': () => Response.json(Object.fromEntries(db.rows().map(([id, , state]) => [id, JSON.parse(state)]))),
  'POST /repair': async () => {
    await repair([...users.keys()].map((id) => id.replace('user', 'account')));
    return new Response(null, { status: 204 });
  },
};

createServer(async (incoming, outgoing) => {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const { method, headers, url } = incoming;
  const body = chunks.length ? Buffer.concat(chunks) : undefined;
  const request = new Request(process.env.APP_URL + url, { method, headers, body });
  const handler = routes[`${method} ${url}`] ?? (() => new Response(null, { status: 404 }));
  const response = await handling.run(users.get(headers.cookie?.replace('session=', '')), () => handler(request));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text());
}).listen(new URL(process.env.APP_URL).port);
