// Responses of the server itself, used when there is no app yet or no valid HTTP request.
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type ErrorCode, Problem } from './problem.ts';
import { headersOfEveryAnswer, newRequestId } from './stages.ts';

/** Sends an error when there is no app yet, or when the app cannot handle the request. */
export function answerPlain(res: ServerResponse, problem: Problem, publicUrl: string, requestId?: string): void {
  const { status, headers, body } = plainAnswer(problem, publicUrl, requestId);
  res.writeHead(status, headers).end(body);
}

const lingerMs = 1_000;
const codeOf: Record<string, ErrorCode> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** The response to bytes that Node could not parse as a request, for which there is no response object. */
export function rawAnswer(error: { code?: string }, publicUrl: string): string {
  const problem = new Problem(codeOf[error.code ?? ''] ?? 'malformed_request');
  const { status, headers, body } = plainAnswer(problem, publicUrl);
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}

/** Sends these bytes and ends the connection. The caller has one second to read them before the socket is destroyed. */
export function hangUp(socket: Socket, lastBytes: string): void {
  if (!socket.writable) return void socket.destroy();
  setTimeout(() => socket.destroy(), lingerMs).unref();
  socket.end(lastBytes);
}

/** The status, headers and body of an error response without an app. */
function plainAnswer(problem: Problem, publicUrl: string, requestId = newRequestId()) {
  const body = JSON.stringify(problem.toBody(requestId, publicUrl));
  const headers = {
    ...headersOfEveryAnswer(requestId),
    ...problem.headers,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
  };
  return { status: problem.status, headers, body };
}
