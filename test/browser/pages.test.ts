// On a phone, no page is wider than the screen.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backends } from '../support/client.ts';
import { launchChromium, missingChromium } from './chromium.ts';

const [server] = backends;
let browser: Browser;

if (missingChromium) console.warn(`skipped: ${missingChromium}`);

describe.skipIf(missingChromium)('on a phone', () => {
  beforeAll(async () => {
    browser = await launchChromium();
  }, 60_000);
  afterAll(() => browser?.close());

  describe.each([320, 390, 768])('%d px wide', (width) => {
    test.each(['/errors', '/errors#rate_limit_exceeded', '/nothing', ''])(
      '%s fits the width',
      { timeout: 60_000 },
      async (path) => {
        const page = await browser.newPage({ viewport: { width, height: 800 } });
        await page.goto(`${server.url}/developers/api${path}`);
        const { scroll, outside } = await page.evaluate((wide) => {
          const { scrollWidth } = document.documentElement;
          const elements = [...document.querySelectorAll('body > main *')].filter(
            (one) => one.getBoundingClientRect().right > wide,
          );
          return { scroll: scrollWidth, outside: elements.map((one) => one.outerHTML.slice(0, 100)) };
        }, width);
        expect({ scroll, outside }).toEqual({ scroll: width, outside: [] });
        await page.close();
      },
    );
  });
});
