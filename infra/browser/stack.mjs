// Starts Onramp as a child process and calls its control interface.

import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Returns the first of three adjacent free ports. The local stack also uses the two ports after its
 * own. The range is below the ports of outgoing connections (Linux: from 32768), which could take a
 * port between this check and the server's start.
 */
export async function freePort() {
  const free = (port) => new Promise((done) => {
    const server = createServer().once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
  for (;;) {
    const port = randomInt(20_000, 32_000);
    if (await free(port) && await free(port + 1) && await free(port + 2)) return port;
  }
}

/** Starts `binary` in memory, with these further options, and waits until it is ready. */
export async function startStack(binary, seconds = 30, options = []) {
  const port = await freePort();
  const child = spawn(binary, ['--memory', '--port', String(port), ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (log += text));
  const stack = new Stack(`http://localhost:${port}`, child, () => log);
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await wait(50)) {
    if (child.exitCode !== null) break;
    if (await stack.healthy()) return stack;
  }
  child.kill();
  throw new Error(`onramp was not ready within ${seconds} s:\n${log}`);
}

class Stack {
  constructor(url, child, log) {
    this.url = url;
    this.child = child;
    this.log = log;
  }

  async healthy() {
    try {
      return (await fetch(`${this.url}/_local/health`)).ok;
    } catch {
      return false;
    }
  }

  async control(method, path, body) {
    const response = await fetch(`${this.url}/_local/${path}`, {
      method,
      headers: body && { 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} /_local/${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** Returns all emails to `address`, after all pending work is done. */
  async mailTo(address) {
    await this.control('POST', 'settle');
    return (await this.control('GET', 'mail')).filter((mail) => mail.to.includes(address));
  }

  stop() {
    this.child.kill();
  }
}
