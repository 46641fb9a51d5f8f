// Three pairs of server and mock for the complete run (globalSetup of vitest): one without effective limits, one with
// limits of one request, and one behind a trusted proxy that terminates TLS, whose data is not changed.
import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { type Home, limitsOf, newHome, type Pair, startPair } from './home.ts';
import { leave } from './runDir.ts';
import { textsOfRows } from './tableTexts.ts';

export type { Pair } from './home.ts';

declare module 'vitest' {
  interface ProvidedContext {
    open: Pair;
    limited: Pair;
    proxied: Pair;
  }
}

/** The remains of a stopped server. */
export type Remains = {
  demo: Pair['demo'];
  dataDir: string;
  isEmbedded: boolean;
  encryptionKeys: string | undefined;
  tables: Record<string, string[]>;
};

const publicUrl = 'https://api.example.test';
const { secret: plenty } = limitsOf(1_000_000);

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const homes = [await newHome(), await newHome(), await newHome()] as const;
  const [open, limited, proxied] = await Promise.all([
    startPair(homes[0], { limits: limitsOf(1_000_000) }),
    startPair(homes[1], { limits: limitsOf(1) }),
    startPair(
      homes[2],
      { limits: { ...limitsOf(2), secret: plenty }, bodyLimits: { timeoutMs: 200 } },
      { PUBLIC_URL: publicUrl, MOCK_PUBLIC_URL: publicUrl, TRUSTED_PROXIES: 'loopback' },
    ),
  ]);
  project.provide('open', open.pair);
  project.provide('limited', limited.pair);
  project.provide('proxied', proxied.pair);

  const pairs = [open, limited, proxied];
  let stopping: Promise<unknown> | undefined;
  const stop = () => {
    stopping ??= Promise.all(pairs.map((pair) => pair.stop()));
    return stopping;
  };
  const doorbell = await listenForTheEnd(async () => {
    await stop();
    return Promise.all(homes.map((home, i) => remainsOf(home, (pairs[i] as (typeof pairs)[number]).pair)));
  });
  return async () => {
    doorbell.close();
    await stop();
    for (const home of homes) await home.remove();
    rmSync(process.env.RUN_DIR as string, { recursive: true, force: true });
  };
}

/**
 * vitest stops the servers of a project after the last project, but secrets.test.ts requires closed databases before. A
 * request to the recorded URL stops the servers and returns their remains.
 */
async function listenForTheEnd(end: () => Promise<Remains[]>): Promise<Server> {
  const server = createServer((_req, res) => {
    end().then(
      (remains) => res.end(JSON.stringify(remains)),
      (error) => res.destroy(error),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  leave('stop', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return server;
}

async function remainsOf(home: Home, { demo }: Pair): Promise<Remains> {
  const { dataDir, env } = home;
  const tables = await textsOfRows(home);
  return { demo, dataDir, isEmbedded: !env.DATABASE_URL, encryptionKeys: env.ENCRYPTION_KEYS, tables };
}
