// The complete server on PostgreSQL, beside a bare program that runs the same statements: 60 % get, 30 % list, 10 % create.
import { randomBytes } from 'node:crypto';
import { compared, type Figure, startProgram, stopAll } from './measure.ts';
import { filledDatabase, headers, ticketsPath } from './team.ts';

const port = 3990;

export async function stack(): Promise<Figure[]> {
  const server = process.env.TEST_DATABASE_URL;
  if (!server) return [];
  const { url, ids, drop } = await filledDatabase(server, 1_000);
  const env = {
    DATABASE_URL: url,
    ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    PORT: String(port),
    MOCK_PORT: String(port + 1),
    NODE_ENV: 'production',
  };
  const programs = [
    await startProgram('test/bench/peers/bare.ts', { env }),
    await startProgram('src/main.ts', { port, env }),
  ];
  const get = ids.slice(0, 6).map((id) => ({ method: 'GET' as const, path: `${ticketsPath}/${id}`, headers }));
  const list = { method: 'GET' as const, path: `${ticketsPath}?pageSize=20&status=open`, headers };
  const body = JSON.stringify({ title: 'Cannot log in', priority: 'high' });
  const create = { method: 'POST' as const, path: ticketsPath, headers, body };
  const loads = { get, list, create, mixed: [...get, list, list, list, create] };
  const figures: Figure[] = [];
  for (const [name, requests] of Object.entries(loads)) {
    const [bare, ours] = await compared(programs, requests, { rounds: 9, amount: 1_000, connections: 4 });
    figures.push({
      what: `requests per CPU second on PostgreSQL, times bare pg and node:http: ${name}`,
      measured: `${(1 / (ours?.ratio ?? 0)).toFixed(2)} (${bare?.cpuUs.toFixed(0)} and ${ours?.cpuUs.toFixed(0)} µs)`,
      aim: name === 'mixed' ? '0.5' : '',
      before: '',
    });
  }
  await stopAll(programs);
  await drop();
  return figures;
}
