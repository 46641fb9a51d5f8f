// The state that clients must see after the server is back.
import { type Answer, type Change, idIn, requestIdIn, send, type Target } from './load.ts';

type Event = {
  type: string;
  sequence: number;
  data: { ticket: { id: string; title: string }; message?: { content: string } };
};
export type Counts = {
  acknowledged: number;
  replayed: number;
  unansweredDone: number;
  unansweredUndone: number;
  refused: number;
  events: number;
};

/**
 * Retries the requests and reads the events after `after`.
 * @throws Error with every difference
 */
export async function checkAfterwards(
  target: Target,
  sent: Change[],
  after: number,
): Promise<{ counts: Counts; last: number }> {
  const wrong: string[] = [];
  const counts = { acknowledged: 0, replayed: 0, unansweredDone: 0, unansweredUndone: 0, refused: 0, events: 0 };
  for (const change of sent) await repeat(target, change, counts, wrong);
  const events = await eventsAfter(target, after);
  counts.events = events.length;
  events.forEach(({ sequence }, i) => {
    if (sequence !== after + 1 + i) wrong.push(`event ${i} after ${after} has the number ${sequence}`);
  });
  wrong.push(...unmatched(sent, events));
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return { counts, last: after + events.length };
}

/**
 * With its key, a request returns its first response, or is executed now. An executed request is an acknowledged
 * change.
 */
async function repeat(target: Target, change: Change, counts: Counts, wrong: string[]): Promise<void> {
  const before = change.answer;
  if (before && before.status >= 400) {
    counts.refused++;
    if (before.status !== 404) wrong.push(`${change.word}: ${before.status} ${before.body}`);
    return;
  }
  if (before) counts.acknowledged++;
  if (change.once === undefined) return;
  const first = await send(target, change);
  if (!before) {
    change.answer = first;
    if (first.replayOf) counts.unansweredDone++;
    else counts.unansweredUndone++;
    if (first.status >= 400 && first.status !== 404) wrong.push(`${change.word}: ${first.status} ${first.body}`);
    if (first.status >= 400) return;
  }
  const again = before ? first : await send(target, change);
  if (isReplay(again, before ?? first)) counts.replayed++;
  else wrong.push(`${change.word} is no replay: ${JSON.stringify([before ?? first, again])}`);
}

const isReplay = (again: Answer, first: Answer): boolean =>
  again.status === first.status && again.body === first.body && again.replayOf === requestIdIn(first.body);

async function eventsAfter({ url, teamId, key }: Target, start: number): Promise<Event[]> {
  const events: Event[] = [];
  for (let after = start; ; after = events.at(-1)?.sequence ?? after) {
    const response = await fetch(`${url}/api/v1/teams/${teamId}/events?pageSize=100&after=${after}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const { data, pagination } = (await response.json()) as { data: Event[]; pagination: { hasMore: boolean } };
    events.push(...data);
    if (!pagination.hasMore) return events;
  }
}

const typeOf = {
  create: 'ticket.created',
  update: 'ticket.updated',
  message: 'ticket.message_added',
  delete: 'ticket.deleted',
};

/** Every executed change has exactly one event, and every event has a change. */
function* unmatched(sent: Change[], events: Event[]): Generator<string> {
  const main = events.filter(({ type }) => Object.values(typeOf).includes(type));
  const byName = Map.groupBy(main, nameOfEvent);
  for (const change of sent) {
    const name = `${typeOf[change.kind]} ${change.kind === 'delete' ? change.path.split('/').at(-1) : change.word}`;
    const found = byName.get(name)?.length ?? 0;
    byName.delete(name);
    const isDone = change.answer !== undefined && change.answer.status < 300;
    const isOpen = change.kind === 'delete' && change.answer === undefined; // unknown to the client: only the store can tell
    if (found !== (isDone ? 1 : 0) && !(isOpen && found === 1)) yield `${name}: ${found} events`;
    if (isDone && change.kind === 'create') yield* wrongTicket(change, events);
  }
  for (const name of byName.keys()) yield `${name}: an event without a change`;
}

const nameOfEvent = ({ type, data: { ticket, message } }: Event): string =>
  `${type} ${type === 'ticket.deleted' ? ticket.id : (message?.content ?? ticket.title)}`;

function* wrongTicket({ word, answer }: Change, events: Event[]): Generator<string> {
  const id = idIn((answer as Answer).body); // it is executed, so it has a response
  const event = events.find(({ type, data }) => type === 'ticket.created' && data.ticket.title === word);
  if (event?.data.ticket.id !== id) yield `${word}: the answer says ${id}, the event ${event?.data.ticket.id}`;
}
