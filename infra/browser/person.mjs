// A user with their own browser. Requests that prepare a state are sent from that browser without
// opening pages, which saves time.

import assert from 'node:assert/strict';
import { mint } from './token.mjs';

let people = 0;

/** Opens a browser for a new user. Errors of its pages go to `faults`. */
export async function person(browser, stack, faults, { scripts = true, ...rest } = {}) {
  const number = ++people;
  const context = await browser.newContext({
    javaScriptEnabled: scripts,
    viewport: { width: 1280, height: 800 },
    timezoneId: 'Europe/Berlin',
    // Each user has their own IP address, so that the sign-up limit per network does not apply.
    extraHTTPHeaders: { 'x-local-source-ip': `198.51.100.${number}` },
    ...rest,
  });
  // A step needs this long only on a busy machine.
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  watch(page, faults);
  return new Person(stack, context, page, `jo${number}@acme.example`);
}

/** Records script errors, console errors, and failed requests of a page. */
export function watch(page, faults) {
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error}`));
  page.on('console', (message) => {
    // The browser also logs an error for pages that return 4xx or 5xx on purpose.
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

  /** Signs up with or without a trial. */
  async signsUp(trial = true, organization = 'Acme Corp', name = 'Jo Doe') {
    await this.openOrigin();
    await this.posts('/organizations/new', { name: organization, full_name: name, email: this.address, start_trial: `${trial}`, time_zone: 'Europe/Berlin' });
    const { organization: { id } } = await this.checklist();
    this.organization = id;
  }

  /** Signs in by an emailed link, which also verifies the address. */
  async signsIn() {
    await this.openOrigin();
    await this.posts('/login', { email: this.address });
    const mail = (await this.stack.mailTo(this.address)).filter((mail) => mail.kind === 'sign_in').at(-1);
    assert.ok(mail, `a sign-in email to ${this.address}`);
    await this.posts(new URL(mail.text.match(/https?:\/\/\S+\/login\/[^\s?]+/)[0]).pathname);
  }

  /** Sends checklist commands, such as `complete/created_project`, `skip/…`, or `dismiss`. */
  async changes(...commands) {
    for (const command of commands) await this.posts(`/onboarding/api/checklist/${command}`);
  }

  /** Sends a Stripe event for the organization. */
  async stripe(type, set = {}) {
    await this.stack.control('POST', 'stripe/events', { type, organization_id: this.organization, set });
  }

  async checklist() {
    const checklist = await this.page.evaluate(async () => {
      const response = await fetch('/onboarding/api/checklist');
      return response.ok ? response.json() : response.status;
    });
    assert.equal(typeof checklist, 'object', `the checklist: ${checklist}`);
    return checklist;
  }

  /** Returns the organization as the checklist API describes it. */
  async state() {
    return (await this.checklist()).organization;
  }

  /** Returns the IDs of the organization and of the user from the session cookie. */
  async identity() {
    const cookies = await this.context.cookies(this.stack.url);
    const [org, user] = cookies.find(({ value }) => /^org_[^.]+\.usr_/.test(value)).value.split('.');
    return { org, user };
  }

  /** Opens the widget or the banner as a document, as in a frame of the host app. */
  async opensPart(part) {
    const { org, user: sub } = await this.identity();
    const now = Math.floor(Date.parse((await this.stack.control('GET', 'clock')).now) / 1000);
    return this.opens(`/onboarding/embed?part=${part}&token=${mint({ org, sub, iat: now, exp: now + 300 })}`);
  }

  async opens(path) {
    const response = await this.page.goto(`${this.stack.url}${path}`);
    return response.status();
  }

  async leaves() {
    await this.context.close();
  }

  /** Opens a minimal page of Onramp's origin, from which requests can be sent. */
  async openOrigin() {
    if (!this.page.url().startsWith(this.stack.url)) await this.opens('/_local/health');
  }

  async posts(path, fields = {}) {
    const fine = await this.page.evaluate(async ([path, fields]) => {
      const response = await fetch(path, {
        method: 'POST',
        body: new URLSearchParams(fields),
        headers: { accept: 'application/json' },
        redirect: 'manual',
      });
      return response.ok || response.type === 'opaqueredirect' || `${response.status} ${await response.text()}`;
    }, [path, fields]);
    assert.equal(fine, true, path);
  }
}
