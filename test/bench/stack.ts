// The complete server on PostgreSQL, beside a bare program that runs the same statements.
import { compared, type Figure, startProgram, stopAll } from './measure.ts';
import { startServer } from './server.ts';
import { filledStore, requestsFor } from './team.ts';

export async function stack(): Promise<Figure[]> {
  const server = process.env.TEST_DATABASE_URL;
  if (!server) return [];
  const store = await filledStore(server, 1_000);
  const bareProgram = await startProgram('test/bench/peers/bare.ts', { env: store.env });
  const programs = [bareProgram, (await startServer(store.env)).program];
  const figures: Figure[] = [];
  for (const [name, requests] of Object.entries(requestsFor(store))) {
    const [bare, ours] = await compared(programs, requests, { rounds: 9, amount: 1_000, connections: 4 });
    figures.push({
      what: `requests per CPU second on PostgreSQL, times bare pg and node:http: ${name}`,
      measured: `${(1 / (ours?.ratio ?? 0)).toFixed(2)} (${ours?.cpuUs.toFixed(0)} and ${bare?.cpuUs.toFixed(0)} µs)`,
      aim: name === 'mixed' ? '0.5' : '',
      before: name === 'mixed' ? '0.43' : '',
    });
  }
  await stopAll(programs);
  await store.remove();
  return figures;
}
