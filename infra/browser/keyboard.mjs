// Moves through a page with the keyboard alone.

import assert from 'node:assert/strict';

/** Tabs to the element with the accessible name `name` and presses Enter. */
export async function press(page, name, key = 'Tab') {
  const called = (source) => {
    let it = document.activeElement;
    while (it.shadowRoot?.activeElement) it = it.shadowRoot.activeElement;
    return new RegExp(source).test(it.getAttribute('aria-label') ?? it.textContent.trim());
  };
  await tabTo(page, called, name.source, key);
  await page.keyboard.press('Enter');
}

/**
 * Tabs until `found(what)` is true in the page. Each focused element must be visible and have a
 * focus ring.
 */
export async function tabTo(page, found, what, key = 'Tab') {
  for (let stops = 0; stops < 60; stops++) {
    await page.keyboard.press(key);
    const unseen = await page.evaluate(() => {
      let it = document.activeElement;
      while (it.shadowRoot?.activeElement) it = it.shadowRoot.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(it);
      const { top, bottom, left, right } = it.getBoundingClientRect();
      const inside = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
      const seen = it === document.body || (inside && outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2);
      return seen ? null : `${it.localName} ${it.textContent.trim().slice(0, 40)}`;
    });
    assert.equal(unseen, null, 'the focused element is visible and has a focus ring');
    if (await page.evaluate(found, what)) return;
  }
  assert.fail(`Tab does not reach ${what}`);
}
