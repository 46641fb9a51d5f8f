// The first part of a start, with little code of its own: listens, and opens the database. The rest of the code is loaded meanwhile.
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { type Listener, listen } from './http/server.ts';
import { openStorage } from './storage/open.ts';
import type { Storage } from './storage/postgres.ts';

export type Begun = { api: Listener; mock: Listener; opening: Promise<Storage> };

/** Rejects if a port is in use, before the data directory is touched. The embedded database opens in a thread of its own. */
export async function begin(config: Config, log: Logger): Promise<Begun> {
  const { host, port, publicUrl, mockPort, mockPublicUrl } = config;
  const api = await listen({ host, port, publicUrl });
  const mock = await listen({ host, port: mockPort, publicUrl: mockPublicUrl });
  const opening = openStorage({ ...config, log });
  opening.catch(() => {}); // `start` reports it
  return { api, mock, opening };
}
