// `npm run clients [-- --openapi-generator 7.25.0] [--only Go]` builds clients from the contract in a temporary folder,
// calls its own server and mock with them, and prints the results. It requires the package registries.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { pino } from 'pino';
import { readConfig } from '../../src/config.ts';
import { start } from '../../src/start.ts';
import { type Client, clientsOf, type Driver, missingOf } from './build.ts';
import { serverOfLater } from './later.ts';

type Target = { name: string; url: string; keepsState: boolean };
type Line = { step: string; ok: boolean; seen: string | null };

const stepsPerRun = 7;
const { values: options } = parseArgs({
  options: {
    'openapi-generator': { type: 'string', default: '7.17.0' },
    'hey-api': { type: 'string', default: '0.99.0' },
    only: { type: 'string', default: '' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'cstar-clients-'));
const silent = pino({ level: 'silent' });
const config = readConfig({ PORT: '0', MOCK_PORT: '0', DEMO_DATA: 'true', DATA_DIR: join(folder, 'data') });
const { api, mock, demo, stop } = await start(config, silent);
const later = await serverOfLater(api.url);
const targets: Target[] = [
  { name: 'server', url: api.url, keepsState: true },
  { name: 'server with new fields', url: later.url, keepsState: true },
  { name: 'mock', url: mock.url, keepsState: false },
];

let failures = 0;
try {
  const versions = { openapiGenerator: options['openapi-generator'], heyApi: options['hey-api'] };
  for (const client of clientsOf(versions).filter(({ name }) => name.startsWith(options.only)))
    failures += await tried(client);
} finally {
  later.stop();
  await stop();
  rmSync(folder, { recursive: true });
}
console.log(failures === 0 ? 'Every step worked.' : `${failures} failures.`);
process.exitCode = failures === 0 ? 0 : 1;

/** Builds a client and calls every target with it. Returns the number of failures. */
async function tried(client: Client): Promise<number> {
  console.log(styleText('bold', client.name));
  const missing = missingOf(client);
  if (missing.length > 0) {
    console.log(`  skipped: ${missing.join(', ')} not found`);
    return 0;
  }
  const place = join(folder, client.name.replaceAll(/\W+/g, '-'));
  mkdirSync(place);
  try {
    const driver = client.build(place);
    let failed = 0;
    for (const target of targets) failed += show(target, await linesOf(driver, target));
    return failed;
  } catch (error) {
    console.log(`  not built: ${(error as Error).message}`);
    return 1;
  }
}

function show({ name }: Target, lines: Line[]): number {
  const right = lines.filter(({ ok }) => ok);
  const words = lines.map(({ step, ok }) => `${step} ${ok ? 'ok' : 'FAILED'}`).join(', ');
  console.log(`  ${name.padEnd(22)} ${right.length} of ${stepsPerRun}: ${words}`);
  for (const { step, seen } of lines.filter(({ ok }) => !ok)) console.log(`    ${step}: ${seen?.slice(0, 300)}`);
  return stepsPerRun - right.length;
}

async function linesOf(driver: Driver, { url, keepsState }: Target): Promise<Line[]> {
  const [team] = demo.teams;
  const child = spawn(driver.command, driver.arguments, {
    env: {
      ...process.env,
      ...driver.env,
      ...{
        CSTAR_URL: url,
        CSTAR_TEAM: team.id,
        CSTAR_KEY: team.keys.secretTest,
        CSTAR_STATE: keepsState ? 'yes' : 'no',
      },
    },
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (errors += text));
  await new Promise((resolve) => child.on('close', resolve));
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  if (lines.length < stepsPerRun) console.log(`    the client printed: ${errors.slice(-500)}`);
  return lines.map((line) => JSON.parse(line) as Line);
}
