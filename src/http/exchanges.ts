// Tracks the unfinished requests of each connection. Pipelining can make several of them.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

type Exchange = { req: IncomingMessage; res: ServerResponse; keepsAlive: boolean };

export type Exchanges = {
  add(req: IncomingMessage, res: ServerResponse): void;
  /**
   * From now on, every response has `Connection: close`. Of pipelined requests, only the response to the last one has it. Responses
   * in progress emit `ending`, which ends streams of events.
   */
  endConnections(): void;
  /**
   * Resolves when the responses of the socket are sent. Does not wait for a request that is cut off or malformed, which never gets a
   * response of its own; `isAnswered` is false then.
   */
  sent(socket: Socket): Promise<{ isAnswered: boolean }>;
};

export function createExchanges(): Exchanges {
  const underWay = new Map<Socket, Exchange[]>();
  const newest = new WeakMap<Socket, Exchange>();
  let isEnding = false;

  return {
    add(req, res) {
      const { socket } = req;
      const exchange: Exchange = { req, res, keepsAlive: res.shouldKeepAlive };
      const before = underWay.get(socket) ?? [];
      if (!newest.has(socket)) socket.once('close', () => underWay.delete(socket)); // runs once per connection
      underWay.set(socket, [...before, exchange]);
      newest.set(socket, exchange);
      res.once('close', () => {
        const left = underWay.get(socket)?.filter((one) => one !== exchange);
        if (left?.length) underWay.set(socket, left);
        else underWay.delete(socket);
      });
      if (!isEnding) return;
      for (const earlier of before) if (!earlier.res.headersSent) earlier.res.shouldKeepAlive = earlier.keepsAlive;
      res.shouldKeepAlive = false;
    },
    endConnections() {
      isEnding = true;
      for (const socket of underWay.keys()) {
        const last = newest.get(socket);
        if (last && !last.res.headersSent) last.res.shouldKeepAlive = false;
      }
      for (const exchanges of underWay.values()) for (const { res } of exchanges) res.emit('ending');
    },
    async sent(socket) {
      const last = newest.get(socket);
      const incomplete = last && !last.req.complete ? last : undefined;
      const hasResponse = (one: Exchange | undefined) =>
        one !== undefined && (one.res.writableEnded || one.res.headersSent);
      const expected = (underWay.get(socket) ?? []).filter((one) => one !== incomplete || hasResponse(one));
      await Promise.race([Promise.all(expected.map(({ res }) => closed(res))), closed(socket)]);
      return { isAnswered: hasResponse(incomplete) };
    },
  };
}

const closed = (one: ServerResponse | Socket): Promise<void> =>
  new Promise((resolve) => void one.once('close', resolve));
