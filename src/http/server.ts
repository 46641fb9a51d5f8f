// The HTTP server around an app: it listens at once, answers 503 until the app is there, has time limits,
// and answers also what never becomes a request.
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type ErrorCode, Problem } from './problem.ts';
import { headersOfEveryAnswer, newRequestId } from './stages.ts';

/** Milliseconds until the headers, and until the whole request has to be there. */
export type ServerTimes = { headersMs: number; requestMs: number };
const standardTimes: ServerTimes = { headersMs: 10_000, requestMs: 30_000 };

export type Listener = {
  /** Where it listens. */
  url: string;
  /** Where clients reach it; what `doc_url` begins with. */
  publicUrl: string;
  serve(app: RequestListener): void;
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
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const url = `http://${host === '127.0.0.1' ? 'localhost' : host}:${(server.address() as AddressInfo).port}`; // a TCP server's address is no string
  const origin = publicUrl ?? url;
  let app: RequestListener = (_req, res) => answerPlain(res, new Problem('service_unavailable'), origin);
  const unused = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  const receive = (req: IncomingMessage, res: ServerResponse): void => {
    unused.delete(req.socket);
    const path = pathOf(req);
    if (path === undefined)
      answerPlain(res, new Problem('malformed_request', { headers: { Connection: 'close' } }), origin);
    else app(Object.assign(req, { url: path }), res);
  };
  server.on('request', receive);
  server.on('checkExpectation', receive); // one that we do not know may be passed over (RFC 9110, section 10.1.1)
  server.on('connect', (_req, socket: Socket) => answerRaw({}, socket, origin));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => answerRaw(error, socket, origin));
  return {
    url,
    publicUrl: origin,
    serve(given) {
      app = given;
    },
    stop(graceMs) {
      // To Node a connection that has said nothing yet, as browsers keep one, is busy: a stop would wait for it.
      for (const socket of unused) if (socket.bytesRead === 0) socket.destroy();
      return stop(server, graceMs);
    },
  };
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

/** For where there is no app, or nothing that it could take. */
function answerPlain(res: ServerResponse, problem: Problem, publicUrl: string): void {
  const { status, headers, body } = plainAnswer(problem, publicUrl);
  res.writeHead(status, headers).end(body);
}

const lingerMs = 1_000;
const codeOf: Record<string, ErrorCode> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** For bytes that Node could not make a request of, so that there is no response object to answer with. */
function answerRaw(error: { code?: string }, socket: Socket, publicUrl: string): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const { status, headers, body } = plainAnswer(
    new Problem(codeOf[error.code ?? ''] ?? 'malformed_request'),
    publicUrl,
  );
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on('error', () => socket.destroy()); // Node has let go of the socket of a CONNECT
  setTimeout(() => socket.destroy(), lingerMs).unref(); // time to read the answer; a caller who never closes gets no more
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}

/** An error's answer for where there is no app. */
function plainAnswer(problem: Problem, publicUrl: string) {
  const requestId = newRequestId();
  const body = JSON.stringify(problem.toBody(requestId, publicUrl));
  const headers = {
    ...headersOfEveryAnswer(requestId),
    ...problem.headers,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
  };
  return { status: problem.status, headers, body };
}
