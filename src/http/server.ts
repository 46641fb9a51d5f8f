// The HTTP server around an app: it listens at once, answers 503 until the app is there, has time limits,
// and answers also what never becomes a request.
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIPv6, type Socket } from 'node:net';
import { createExchanges } from './exchanges.ts';
import { answerPlain, hangUp, rawAnswer } from './plainAnswer.ts';
import { Problem } from './problem.ts';

/** Milliseconds until the headers, and until the whole request has to be there. */
export type ServerTimes = { headersMs: number; requestMs: number };
const standardTimes: ServerTimes = { headersMs: 10_000, requestMs: 30_000 };

export type Listener = {
  /** Where it listens. */
  url: string;
  /** Where clients reach it; what `doc_url` begins with. */
  publicUrl: string;
  serve(app: RequestListener): void;
  /** From now on every response closes its connection, so that callers come back by a new one, or to another instance. */
  endConnections(): void;
  /** Takes no new requests; resolves when those under way are answered, or cut off after `graceMs`. */
  stop(graceMs: number): Promise<void>;
};

/** Listens on a port; 0 takes a free one. Rejects when the port is taken. */
export async function listen(
  { host, port, publicUrl }: { host: string; port: number; publicUrl: string | undefined },
  { headersMs, requestMs }: ServerTimes = standardTimes,
): Promise<Listener> {
  const server = createServer({
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.min(1000, headersMs),
    keepAliveTimeout: 65_000,
    requireHostHeader: false, // Node's own refusal has no body; ours is in `pathOf`
  });
  // A caller who has sent everything and closes its half still reads. Node would cut it off, with its requests carried out.
  Object.assign(server, { httpAllowHalfOpen: true });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const url = `http://${hostOf(host)}:${(server.address() as AddressInfo).port}`; // a TCP server's address is no string
  const origin = publicUrl ?? url;
  let app: RequestListener = (_req, res) => answerPlain(res, new Problem('service_unavailable'), origin);
  const exchanges = createExchanges();
  const unused = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  const receive = (req: IncomingMessage, res: ServerResponse): void => {
    unused.delete(req.socket);
    exchanges.add(req, res);
    const path = pathOf(req);
    if (path === undefined)
      answerPlain(res, new Problem('malformed_request', { headers: { Connection: 'close' } }), origin);
    else app(Object.assign(req, { url: path }), res);
  };
  server.on('request', receive);
  server.on('checkExpectation', receive); // one that we do not know may be passed over (RFC 9110, section 10.1.1)
  server.on('checkContinue', receive); // `readBody` sends the 100
  const refused = new WeakSet<Socket>();
  /** Answers bytes that are no request, after the responses to the requests that came before them on the connection. */
  const refuse = async (error: { code?: string }, socket: Socket): Promise<void> => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    if (refused.has(socket)) return; // what follows the first such byte is no request either
    refused.add(socket);
    socket.on('error', () => socket.destroy()); // Node has let go of the socket of a CONNECT
    const { isAnswered } = await exchanges.sent(socket);
    hangUp(socket, isAnswered ? '' : rawAnswer(error, origin));
  };
  server.on('connect', (_req, socket: Socket) => void refuse({}, socket));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => void refuse(error, socket));
  return {
    url,
    publicUrl: origin,
    serve(given) {
      app = given;
    },
    endConnections: exchanges.endConnections,
    stop(graceMs) {
      // To Node a connection that has said nothing yet, as browsers keep one, is busy: a stop would wait for it.
      for (const socket of unused) if (socket.bytesRead === 0) socket.destroy();
      exchanges.endConnections();
      return stop(server, graceMs);
    },
  };
}

/** As it stands in a URL; of a server that listens on every interface this machine is one. */
function hostOf(host: string): string {
  if (['127.0.0.1', '0.0.0.0', '::'].includes(host)) return 'localhost';
  return isIPv6(host) ? `[${host}]` : host;
}

async function stop(server: Server, graceMs: number): Promise<void> {
  const grace = setTimeout(() => server.closeAllConnections(), graceMs);
  const idle = setInterval(() => server.closeIdleConnections(), 50); // one that is answered from here on would be kept for the next request
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearInterval(idle);
  clearTimeout(grace);
}

/**
 * Path and query; a target may also name scheme and host, which say nothing to us (RFC 9112, section 3.2.2).
 * Undefined for what is no target, or without the one Host that HTTP/1.1 asks for.
 */
function pathOf({ url = '', httpVersion, headersDistinct }: IncomingMessage): string | undefined {
  const hosts = headersDistinct.host?.length ?? 0;
  if (hosts > 1 || (hosts === 0 && httpVersion === '1.1')) return undefined;
  const path = url.replace(/^https?:\/\/[^/?#\\]+\/?/i, '/');
  return /^(\/[^#]*|\*)$/.test(path) ? path : undefined;
}
