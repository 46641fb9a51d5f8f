// Mixed writes on several connections until the server is gone. Each write contains a unique word that identifies its
// event.
import { randomInt } from 'node:crypto';

/** The target and the caller. */
export type Target = { url: string; teamId: string; key: string };
export type Answer = { status: number; body: string; replayOf: string | null };
export type Change = {
  kind: 'create' | 'update' | 'message' | 'delete';
  word: string;
  method: string;
  path: string;
  body: string | undefined;
  /** The header `Idempotency-Key`. A DELETE does not accept it. */
  once: string | undefined;
  /** Undefined if the server ended before it responded. */
  answer: Answer | undefined;
};
/** The IDs of tickets that should exist, and the number of words used. */
export type World = { tickets: string[]; words: number };

/**
 * All requests, with or without a response. Ends with the server.
 * @param onAnswer called for every response
 */
export async function writeUntilGone(
  target: Target,
  world: World,
  connections: number,
  onAnswer: () => void,
): Promise<Change[]> {
  const sent: Change[] = [];
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (let isThere = true; isThere; ) {
        const change = nextChange(target.teamId, world);
        sent.push(change);
        change.answer = await send(target, change).catch(() => undefined);
        isThere = change.answer !== undefined;
        if (isThere) onAnswer();
        if (change.kind === 'create' && change.answer?.status === 201) world.tickets.push(idIn(change.answer.body));
      }
    }),
  );
  return sent;
}

function nextChange(teamId: string, world: World): Change {
  const word = `crash-${world.words++}`;
  const all = `/api/v1/teams/${teamId}/tickets`;
  const at = randomInt(Math.max(1, world.tickets.length));
  const ticket = world.tickets[at];
  const dice = randomInt(100);
  const write = (kind: Change['kind'], method: string, path: string, body: object): Change => ({
    ...{ kind, word, method, path, body: JSON.stringify(body), once: `key-${word}`, answer: undefined },
  });
  if (ticket === undefined || dice < 30)
    return write('create', 'POST', all, { title: word, ...(dice < 5 && { status: 'closed' }), tags: [`tag-${dice}`] });
  if (dice < 60)
    return write('update', 'PATCH', `${all}/${ticket}`, { title: word, status: dice < 40 ? 'resolved' : 'open' });
  if (dice < 90)
    return write('message', 'POST', `${all}/${ticket}/messages`, { content: word, isInternal: dice % 2 === 0 });
  world.tickets.splice(at, 1);
  return { ...write('delete', 'DELETE', `${all}/${ticket}`, {}), body: undefined, once: undefined };
}

/** Sends a change. Rejects if there is no complete response. */
export async function send({ url, key }: Target, { method, path, body, once }: Change): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(once !== undefined && { 'idempotency-key': once }),
    },
    ...(body !== undefined && { body }),
  });
  const replayOf = response.headers.get('idempotency-original-request');
  return { status: response.status, body: await response.text(), replayOf };
}

export const idIn = (body: string): string => (JSON.parse(body) as { data: { id: string } }).data.id;
export const requestIdIn = (body: string): string =>
  (JSON.parse(body) as { meta: { requestId: string } }).meta.requestId;
