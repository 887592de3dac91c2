// Somebody with a browser of their own. What a state needs to come about is sent from their browser without looking at a
// page, so that a state costs no more than its own picture.

import assert from 'node:assert/strict';

let people = 0;

/** Opens a browser for somebody new; everything that their pages complain of goes to `faults`. */
export async function person(browser, stack, faults, { scripts = true, ...rest } = {}) {
  const number = ++people;
  const context = await browser.newContext({
    javaScriptEnabled: scripts,
    viewport: { width: 1280, height: 800 },
    timezoneId: 'Europe/Berlin',
    // Each from a place of their own, so that nobody uses up the others' sign-ups of an hour.
    extraHTTPHeaders: { 'x-local-source-ip': `198.51.100.${number}` },
    ...rest,
  });
  // A wait for what surely comes: only a machine that does much else at once gets near it.
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  watch(page, faults);
  return new Person(stack, context, page, `jo${number}@acme.example`);
}

/** Notes everything that a page complains of. */
export function watch(page, faults) {
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error}`));
  page.on('console', (message) => {
    // A page that answers 4xx or 5xx on purpose is reported as an error, too.
    const deliberate = /the server responded with a status of [45]/.test(message.text());
    if (message.type() === 'error' && !deliberate) faults.push(`${page.url()}: ${message.text()}`);
  });
  page.on('response', (response) => {
    const part = response.request().resourceType() !== 'document';
    if (part && response.status() >= 400) faults.push(`${response.url()}: ${response.status()}`);
  });
}

class Person {
  constructor(stack, context, page, address) {
    Object.assign(this, { stack, context, page, address });
  }

  /** Signs up and is in; with a trial or without. */
  async signsUp(trial = true, organization = 'Acme Corp', name = 'Jo Doe') {
    await this.atHome();
    await this.posts('/organizations/new', { name: organization, full_name: name, email: this.address, start_trial: `${trial}`, time_zone: 'Europe/Berlin' });
    const { organization: { id } } = await this.checklist();
    this.organization = id;
  }

  /** Comes back by a mailed link, which proves the address as well. */
  async signsIn() {
    await this.atHome();
    await this.posts('/login', { email: this.address });
    const mail = (await this.stack.mailTo(this.address)).filter((mail) => mail.kind === 'sign_in').at(-1);
    assert.ok(mail, `a sign-in mail to ${this.address}`);
    await this.posts(new URL(mail.text.match(/https?:\/\/\S+\/login\/[^\s?]+/)[0]).pathname);
  }

  /** Ticks, skips: `complete/created_project`, `skip/…`, `dismiss`. */
  async changes(...commands) {
    for (const command of commands) await this.posts(`/onboarding/api/checklist/${command}`);
  }

  /** Has Stripe say something of the organization. */
  async stripe(type, set = {}) {
    await this.stack.control('POST', 'stripe/events', { type, organization_id: this.organization, set });
  }

  async checklist() {
    const answer = await this.page.evaluate(async () => {
      const response = await fetch('/onboarding/api/checklist');
      return response.ok ? response.json() : response.status;
    });
    assert.equal(typeof answer, 'object', `the checklist: ${answer}`);
    return answer;
  }

  async opens(path) {
    const response = await this.page.goto(`${this.stack.url}${path}`);
    return response.status();
  }

  async leaves() {
    await this.context.close();
  }

  /** A page of the same origin that asks for nothing. */
  async atHome() {
    if (!this.page.url().startsWith(this.stack.url)) await this.opens('/_local/health');
  }

  async posts(path, fields = {}) {
    const fine = await this.page.evaluate(async ([path, fields]) => {
      const answer = await fetch(path, {
        method: 'POST',
        body: new URLSearchParams(fields),
        headers: { accept: 'application/json' },
        redirect: 'manual',
      });
      return answer.ok || answer.type === 'opaqueredirect' || `${answer.status} ${await answer.text()}`;
    }, [path, fields]);
    assert.equal(fine, true, path);
  }
}
