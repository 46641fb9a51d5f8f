// The browser of the machine, for tests that require a real one.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const executablePath = '/usr/bin/chromium';
const isThere = existsSync(executablePath);

/** The reason to skip a test that requires Chromium. With REQUIRE_CHROMIUM=1 the test fails instead. */
export const missingChromium: string | undefined =
  isThere || process.env.REQUIRE_CHROMIUM === '1'
    ? undefined
    : `there is no ${executablePath} (apt-get install chromium); REQUIRE_CHROMIUM=1 makes this a failure`;

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
