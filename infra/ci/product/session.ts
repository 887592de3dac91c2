// The product's session. In Next.js, it reads the cookie with `cookies()`.

import { AsyncLocalStorage } from 'node:async_hooks';

export type User = { id: string; name: string; email: string; onramp_org: string; onramp_user: string };

/** The user of the request that is being handled. */
export const handling = new AsyncLocalStorage<User | undefined>();

export async function currentUser(): Promise<User | null> {
  return handling.getStore() ?? null;
}
