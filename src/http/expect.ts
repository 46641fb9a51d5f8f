// `Expect: 100-continue` (RFC 9110, section 10.1.1): the caller waits for our word before it sends the body.
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Node's own reading of the header. */
const expectsContinue = ({ httpVersion, headers }: IncomingMessage): boolean =>
  httpVersion === '1.1' && /(?:^|\W)100-continue(?:$|\W)/i.test(headers.expect ?? '');

/**
 * Sends the `100` that a waiting caller needs. Called when everything that can be checked without the body has passed; Node
 * closes the connection after a response that came without it, because the body may follow or not.
 */
export function askForBody(req: IncomingMessage, res: ServerResponse): void {
  if (expectsContinue(req)) res.writeContinue();
}
