// The server after its next release: the same responses with fields that the contract does not have yet. Clients that
// were generated before must continue to work.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Forwards requests and adds a field to every object of a JSON response. */
export async function serverOfLater(target: string): Promise<{ url: string; stop(): void }> {
  const server: Server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    const { host: _, connection: __, 'content-length': ___, ...headers } = req.headers;
    const answer = await fetch(target + req.url, {
      method: req.method as string, // always set on a request
      headers: headers as Record<string, string>,
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    });
    res
      .writeHead(answer.status, { 'Content-Type': 'application/json' })
      .end(JSON.stringify(extended(await answer.json())));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Metadata is a map of the caller, in which an extra field would be data. */
function extended(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => extended(one));
  if (typeof value !== 'object' || value === null || name === 'metadata') return value;
  const entries = Object.entries(value).map(([key, one]) => [key, extended(one, key)]);
  return { ...Object.fromEntries(entries), addedLater: { since: 2027 } };
}
