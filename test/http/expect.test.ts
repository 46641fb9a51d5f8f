// `Expect: 100-continue`: the server sends 100 Continue after all checks that do not require the body, and not before.

import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { faults, faultsOf } from '../contract/faults.ts';
import { type Draft, goodRequest, urlOf } from '../contract/requests.ts';
import { type Backend, backends } from '../support/client.ts';
import { written } from '../support/table.ts';
import { get } from './requests.ts';
import { answerOn, connectTo, exchange, type SocketAnswer } from './socket.ts';

const withBody = written.filter(({ body }) => body);
const firstStepOfBody = Math.min(...faults.filter(({ code }) => code === 'invalid_json').map(({ step }) => step));

type Talk = { isAskedFor: boolean; isClosed: boolean; answer: SocketAnswer };

/** Sends the headers, and the body after 100 Continue. */
async function talk({ url }: Backend, draft: Draft, extra = ''): Promise<Talk> {
  const bytes = Buffer.from(draft.body ?? '');
  const lines = Object.entries(draft.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connectTo(url);
  let isAskedFor = false;
  socket.once('data', (first: Buffer) => {
    isAskedFor = first.toString('latin1').startsWith('HTTP/1.1 100 Continue\r\n\r\n');
    if (isAskedFor) socket.write(bytes);
  });
  socket.write(
    `${draft.method} ${urlOf(draft)} HTTP/1.1\r\nHost: x\r\n${lines.join('')}Expect: 100-continue\r\nContent-Length: ${bytes.length}\r\n${extra}\r\n`,
  );
  const answer = await answerOn(socket);
  const isClosed = answer.headers.get('Connection') === 'close';
  if (isClosed) await once(socket, 'close');
  else socket.destroy();
  return { isAskedFor, isClosed, answer };
}

describe.each(backends)('Expect: 100-continue on $name', (backend) => {
  describe.each(withBody)('$operationId', (operation) => {
    const all = faultsOf(operation).filter(({ part }) => part !== 'body');

    test('a valid request receives 100 Continue and keeps the connection', async () => {
      const { isAskedFor, isClosed, answer } = await talk(backend, goodRequest(operation));
      expect({ isAskedFor, isClosed, status: answer.status }).toEqual({
        isAskedFor: true,
        isClosed: false,
        status: operation.successStatus,
      });
    });

    test.each(all.filter(({ step }) => step < firstStepOfBody))(
      '$title is rejected without 100 Continue, and the connection closes',
      async ({ status, spoil }) => {
        const { isAskedFor, isClosed, answer } = await talk(backend, spoil(goodRequest(operation)));
        expect({ isAskedFor, isClosed, status: answer.status }).toEqual({ isAskedFor: false, isClosed: true, status });
      },
    );

    test.each(all.filter(({ step }) => step >= firstStepOfBody))(
      '$title is rejected after 100 Continue',
      async ({ status, spoil }) => {
        const { isAskedFor, answer } = await talk(backend, spoil(goodRequest(operation)));
        expect({ isAskedFor, status: answer.status }).toEqual({ isAskedFor: true, status });
      },
    );
  });

  test.each([
    ['an unknown path', { template: '/nothing' }, 404],
    ['a method that the path has not', { method: 'PUT' }, 405],
  ])('%s is rejected without 100 Continue', async (_name, change, status) => {
    const { isAskedFor, isClosed, answer } = await talk(backend, {
      ...goodRequest(withBody[0] as (typeof withBody)[number]),
      ...change,
    });
    expect({ isAskedFor, isClosed, status: answer.status }).toEqual({ isAskedFor: false, isClosed: true, status });
  });

  test('a request without a body receives its response immediately', async () => {
    expect((await exchange(backend.url, get('/healthz', 'Expect: 100-continue\r\n'))).status).toBe(200);
  });
});
