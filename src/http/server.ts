// The HTTP server around an app. It listens at once and responds with 503 until the app is ready, enforces time limits, and also
// responds to bytes that are not a valid request.
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIPv6, type Socket } from 'node:net';
import { createExchanges } from './exchanges.ts';
import { answerPlain, hangUp, rawAnswer } from './plainAnswer.ts';
import { Problem } from './problem.ts';
import { timesSent } from './timesSent.ts';

/** Milliseconds until the headers, and until the whole request, must have arrived. */
export type ServerTimes = { headersMs: number; requestMs: number };
const standardTimes: ServerTimes = { headersMs: 10_000, requestMs: 30_000 };

export type Listener = {
  /** The URL on which it listens. */
  url: string;
  /** The URL at which clients reach it, with which `doc_url` begins. */
  publicUrl: string;
  serve(app: RequestListener): void;
  /** From now on, every response closes its connection, so that callers reconnect, possibly to another instance. */
  endConnections(): void;
  /** Accepts no new requests. Resolves when all requests in progress have their responses, or were cut off after `graceMs`. */
  stop(graceMs: number): Promise<void>;
};

/** Listens on a port; 0 chooses a free one. Rejects if the port is in use. */
export async function listen(
  { host, port, publicUrl }: { host: string; port: number; publicUrl: string | undefined },
  { headersMs, requestMs }: ServerTimes = standardTimes,
): Promise<Listener> {
  const server = createServer({
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.min(1000, headersMs),
    keepAliveTimeout: 65_000,
    requireHostHeader: false, // Node's own error response has no body; `pathOf` checks the header
  });
  // A caller that closes its half of the connection can still read. Node would cut it off although its requests are carried out.
  Object.assign(server, { httpAllowHalfOpen: true });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const url = `http://${hostOf(host)}:${(server.address() as AddressInfo).port}`; // the address of a TCP server is an object
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
    else {
      req.url = path;
      app(req, res);
    }
  };
  server.on('request', receive);
  server.on('checkExpectation', receive); // unknown expectations may be ignored (RFC 9110, section 10.1.1)
  server.on('checkContinue', receive); // `readBody` sends the 100
  const refused = new WeakSet<Socket>();
  /** Responds to bytes that are not a valid request, after the responses to all earlier requests on the connection. */
  const refuse = async (error: { code?: string }, socket: Socket): Promise<void> => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    if (refused.has(socket)) return; // Node can report several errors for one connection
    refused.add(socket);
    socket.on('error', () => socket.destroy()); // Node no longer handles errors on the socket of a CONNECT
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
      // Node treats a connection without any request as busy, so a stop would wait for it. Browsers keep such connections.
      for (const socket of unused) if (socket.bytesRead === 0) socket.destroy();
      exchanges.endConnections();
      return stop(server, graceMs);
    },
  };
}

/** The host for a URL. For a server that listens on all interfaces, this is localhost. */
function hostOf(host: string): string {
  if (['127.0.0.1', '0.0.0.0', '::'].includes(host)) return 'localhost';
  return isIPv6(host) ? `[${host}]` : host;
}

async function stop(server: Server, graceMs: number): Promise<void> {
  const grace = setTimeout(() => server.closeAllConnections(), graceMs);
  const idle = setInterval(() => server.closeIdleConnections(), 50); // a connection whose response is sent from now on would stay open
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearInterval(idle);
  clearTimeout(grace);
}

/**
 * The path and query of the request target. Its scheme and host, if any, are ignored (RFC 9112, section 3.2.2).
 * Undefined for an invalid target, or without exactly one Host header, which HTTP/1.1 requires.
 */
function pathOf(req: IncomingMessage): string | undefined {
  const { url = '', httpVersion } = req;
  const hosts = timesSent(req, 'host');
  if (hosts > 1 || (hosts === 0 && httpVersion === '1.1')) return undefined;
  const path = url.replace(/^https?:\/\/[^/?#\\]+\/?/i, '/');
  return /^(\/[^#]*|\*)$/.test(path) ? path : undefined;
}
