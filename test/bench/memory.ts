// The memory of each kind of server, after its start and after 20,000 requests.
import { setTimeout as wait } from 'node:timers/promises';
import type { Request } from 'autocannon';
import { requests } from './front.ts';
import { type Figure, load } from './measure.ts';
import { startServer } from './server.ts';
import { filledStore, requestsFor } from './team.ts';

const amount = 20_000;
const settledMs = 3_000;

export async function memory(): Promise<Figure[]> {
  const server = process.env.TEST_DATABASE_URL;
  const embedded = await filledStore('', 1_000);
  const figures = [
    await measured('server on the embedded database', embedded.env, requestsFor(embedded).mixed, {
      aim: '300',
      before: '334',
    }),
    await measured('mock alone', embedded.env, Object.values(requests), { args: ['--mock'], aim: '200', before: '' }),
  ];
  await embedded.remove();
  if (!server) return figures;
  const store = await filledStore(server, 1_000);
  figures.push(await measured('server on PostgreSQL', store.env, requestsFor(store).mixed, { aim: '150', before: '' }));
  await store.remove();
  return figures;
}

async function measured(
  what: string,
  env: NodeJS.ProcessEnv,
  mix: Request[],
  { args = [], aim, before }: { args?: string[]; aim: string; before: string },
): Promise<Figure> {
  const { program } = await startServer(env, { args });
  await wait(settledMs);
  const atFirst = await program.usage();
  await load(program, mix, { amount });
  const afterwards = await program.usage();
  await program.stop();
  const text = `${atFirst.rssMb.toFixed(0)} / ${afterwards.rssMb.toFixed(0)}`;
  return { what: `MB after start / after ${amount} requests: ${what}`, measured: text, aim, before };
}
