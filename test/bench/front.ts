// `npm run bench` compares the cost per request of our front, without and with stored keys, with plain Express,
// express-openapi-validator and Fastify. Each server and the load run in separate processes. Rounds are interleaved, so
// that a slow minute of the machine affects all servers. The results are reported and not asserted.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import autocannon, { type Result } from 'autocannon';

const peers = ['express', 'validator', 'fastify', 'front', 'frontKeys'] as const;
const rounds = Number(process.argv[2] ?? 5);
const requestsPerRound = Number(process.argv[3] ?? 4000);
const warmUp = 2000;

const tickets = '/api/v1/teams/019470a1-2b3c-8d4e-9f50-a1b2c3d4e5f6/tickets';
const requests = {
  list: { method: 'GET', path: `${tickets}?pageSize=20&status=open` },
  get: { method: 'GET', path: `${tickets}/tkt_a1B2c3D4e5F6` },
  post: {
    method: 'POST',
    path: tickets,
    body: JSON.stringify({ title: 'Cannot log in', priority: 'high', tags: ['billing'] }),
  },
} as const;
type Kind = keyof typeof requests;
type Sample = { cpuUs: number; perSecond: number };

const running = await Promise.all(peers.map(startPeer));
const samples = new Map<string, Sample[]>();
for (const kind of Object.keys(requests) as Kind[]) {
  for (const peer of running) await load(peer, kind, warmUp);
  for (let round = 0; round < rounds; round++)
    for (const peer of running) {
      const key = `${peer.name} ${kind}`;
      samples.set(key, [...(samples.get(key) ?? []), await measure(peer, kind)]);
    }
}
for (const { child } of running) child.disconnect();
report();

type Peer = { name: (typeof peers)[number]; child: ChildProcess; port: number };

async function startPeer(name: (typeof peers)[number]): Promise<Peer> {
  const child = fork(new URL(`./peers/${name}.ts`, import.meta.url));
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { name, child, port };
}

async function measure(peer: Peer, kind: Kind): Promise<Sample> {
  const before = await cpuUs(peer.child);
  const perSecond = await load(peer, kind, requestsPerRound);
  return { cpuUs: ((await cpuUs(peer.child)) - before) / requestsPerRound, perSecond };
}

async function cpuUs(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [answer] = (await once(child, 'message')) as [{ cpuUs: number }];
  return answer.cpuUs;
}

/** Requests per second. Throws if a request fails, because the measurement is then invalid. */
async function load({ name, port }: Peer, kind: Kind, amount: number): Promise<number> {
  const { method, path, ...rest } = requests[kind];
  const headers = { authorization: `Bearer sk_test_${'b'.repeat(32)}`, 'content-type': 'application/json' };
  const options = { url: `http://127.0.0.1:${port}${path}`, method, headers, connections: 16, amount, ...rest };
  const began = performance.now();
  let ended = began;
  const { non2xx, errors } = await new Promise<Result>((resolve, reject) => {
    const run = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)));
    run.on('response', () => {
      ended = performance.now(); // its own clock has a resolution of one second
    });
  });
  if (non2xx || errors) throw new Error(`${name} ${kind}: ${non2xx} answers were no success, ${errors} failed`);
  return (amount * 1000) / (ended - began);
}

function report(): void {
  const median = (values: number[]): number =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
  const of = (name: string, kind: string, field: keyof Sample) =>
    median((samples.get(`${name} ${kind}`) ?? []).map((sample) => sample[field]));
  console.log(
    `CPU µs per request (times plain Express), requests a second; medians of ${rounds} rounds of ${requestsPerRound}`,
  );
  console.table(
    Object.fromEntries(
      peers.map((name) => [
        name,
        Object.fromEntries(
          Object.keys(requests).map((kind) => {
            const cpu = of(name, kind, 'cpuUs');
            return [
              kind,
              `${Math.round(cpu)} µs (${(cpu / of('express', kind, 'cpuUs')).toFixed(1)}), ${Math.round(of(name, kind, 'perSecond'))}/s`,
            ];
          }),
        ),
      ]),
    ),
  );
}
