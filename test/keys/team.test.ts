// `npm run team` creates the first key, on an empty database without demo data.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Backend, send } from '../support/client.ts';
import { type Home, limitsOf, newHome, startPair } from '../support/home.ts';

let home: Home;
beforeAll(async () => {
  home = await newHome();
});
afterAll(() => home.remove());

const team = (...words: string[]) =>
  promisify(execFile)(process.execPath, ['src/team.ts', ...words], { env: { ...process.env, ...home.env } });
const rowsOf = (output: string): Record<string, string> =>
  Object.fromEntries(
    output
      .trim()
      .split('\n')
      .map((row) => row.split(/ +/)),
  );

test('a new team has four keys that work', { timeout: 60_000 }, async () => {
  const { team: id, ...keys } = rowsOf((await team('acme', 'Acme Inc', 'robin@acme.example')).stdout);
  expect(Object.keys(keys)).toEqual(['secretLive', 'secretTest', 'publishableLive', 'publishableTest']);
  const { pair, stop } = await startPair(home, { limits: limitsOf(1_000) }, { DEMO_DATA: 'false' });
  const server: Backend = { name: 'server', url: pair.server };
  const seen = [];
  for (const key of Object.values(keys)) {
    const { data } = await (await send(server, '/api/v1/auth/whoami', { key })).json();
    seen.push([data.teamId, data.teamSlug, data.keyType, data.environment]);
  }
  expect(seen).toEqual([
    [id, 'acme', 'secret', 'live'],
    [id, 'acme', 'secret', 'test'],
    [id, 'acme', 'publishable', 'live'],
    [id, 'acme', 'publishable', 'test'],
  ]);
  const me = await (await send(server, '/api/v1/me', { key: keys.secretLive })).json();
  expect(me).toMatchObject({ email: 'robin@acme.example', is_verified: false });
  await stop();
});

test('a user can have a second team; a slug that is taken or invalid returns a clear error', {
  timeout: 60_000,
}, async () => {
  await expect(team('beta', 'Beta', 'Robin@acme.example')).resolves.toMatchObject({ stderr: '' });
  await expect(team('acme', 'Acme', 'sam@acme.example')).rejects.toMatchObject({
    code: 1,
    stderr: 'the team acme already exists\n',
  });
  for (const words of [['A C', 'Acme', 'a@b.example'], ['gamma', 'Gamma', 'nobody@home'], []])
    await expect(team(...words)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('npm run team') });
});

test('a team without usable keys can get another one', { timeout: 60_000 }, async () => {
  const { key = '' } = rowsOf((await team('acme', 'test')).stdout);
  const { pair, stop } = await startPair(home, { limits: limitsOf(1_000) }, { DEMO_DATA: 'false' });
  const server: Backend = { name: 'server', url: pair.server };
  expect((await send(server, '/api/v1/api-keys', { key })).status).toBe(200);
  await stop();
  await expect(team('nobody', 'live')).rejects.toMatchObject({ stderr: 'the team nobody does not exist\n' });
});
