// `Expect: 100-continue` (RFC 9110, section 10.1.1): the caller waits for a `100` before it sends the body.
import type { IncomingMessage, ServerResponse } from 'node:http';

/** The same pattern with which Node reads the header. */
const expectsContinue = ({ httpVersion, headers }: IncomingMessage): boolean =>
  httpVersion === '1.1' && /(?:^|\W)100-continue(?:$|\W)/i.test(headers.expect ?? '');

/**
 * Sends the `100` to a waiting caller, once everything that can be checked without the body has passed. After a response without a
 * `100`, Node closes the connection, because it cannot know whether the body will follow.
 */
export function askForBody(req: IncomingMessage, res: ServerResponse): void {
  if (expectsContinue(req)) res.writeContinue();
}
