// CPU time per request of our front, without and with stored keys, beside plain Express, express-openapi-validator and Fastify.
import { compared, type Figure, type Program, startProgram, stopAll } from './measure.ts';
import { headers, ticketsPath } from './team.ts';

export const requests = {
  list: { method: 'GET', path: `${ticketsPath}?pageSize=20&status=open`, headers },
  get: { method: 'GET', path: `${ticketsPath}/tkt_a1B2c3D4e5F6`, headers },
  post: {
    method: 'POST',
    path: ticketsPath,
    headers,
    body: JSON.stringify({ title: 'Cannot log in', priority: 'high', tags: ['billing'] }),
  },
} as const;

const peer = (name: string, env = {}) => startProgram(`test/bench/peers/${name}.ts`, { env });

/** The first program is what the others are compared with. */
const programs: Record<string, { start(): Promise<Program>; aim: string; before: string }> = {
  'plain Express': { start: () => peer('express'), aim: '', before: '' },
  'Fastify with schemas': { start: () => peer('fastify'), aim: '', before: '0.7 / 0.6 / 0.6' },
  'Express with express-openapi-validator': { start: () => peer('validator'), aim: '', before: '3.1 / 5.0 / 3.3' },
  'our front': { start: () => peer('front'), aim: '1.3 / 1.4 / 1.25', before: '2.8 / 2.7 / 2.4' },
  'our front, GUARD=validator': { start: () => peer('front', { GUARD: 'validator' }), aim: '', before: '' },
  'our front, stored keys': { start: () => peer('frontKeys'), aim: '1.6 / 1.7 / 1.5', before: '3.7 / 3.5 / 2.9' },
};

export async function front(): Promise<Figure[]> {
  const running: Program[] = [];
  for (const { start } of Object.values(programs)) running.push(await start());
  const ratios = Object.keys(programs).map((): string[] => []);
  for (const kind of Object.values(requests)) {
    const times = await compared(running, kind, { rounds: 9, amount: 2_000 });
    for (const [i, { ratio }] of times.entries()) ratios[i]?.push(ratio.toFixed(2));
  }
  await stopAll(running);
  return Object.entries(programs).map(([name, { aim, before }], i) => ({
    what: `CPU of list / get / post, times plain Express: ${name}`,
    measured: (ratios[i] ?? []).join(' / '),
    aim,
    before,
  }));
}
