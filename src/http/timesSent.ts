import type { IncomingMessage } from 'node:http';

/**
 * How often a header was sent. `req.headers` joins or drops repeated ones.
 * @param name in lower case
 */
export function timesSent({ rawHeaders }: IncomingMessage, name: string): number {
  let times = 0;
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]?.length === name.length && rawHeaders[i]?.toLowerCase() === name) times++;
  return times;
}
