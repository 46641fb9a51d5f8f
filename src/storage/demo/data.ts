// The demo data: always the same, from a seeded random generator, so that tests can rely on it.
import type { Insertable } from 'kysely';
import { newUuid } from '../ids.ts';
import type { Tables } from '../tables.ts';

type Row<T extends keyof Tables> = Omit<Insertable<Tables[T]>, 'team_id' | 'environment'>;
export type DemoData = {
  customers: Row<'customers'>[];
  tags: Row<'tags'>[];
  tickets: Row<'tickets'>[];
  messages: Row<'messages'>[];
  articles: Row<'articles'>[];
};

const start = Date.UTC(2026, 0, 5, 8);
const hour = 3_600_000;
const first = ['Ada', 'Ben', 'Chloe', 'Deniz', 'Emil', 'Fatima', 'Goran', 'Hanna', 'Ivo', 'Jane'];
const last = ['Almeida', 'Brandt', 'Costa', 'Doe', 'Eriksen', 'Fischer', 'Ghosh'];
const subjects = [
  'Cannot log in',
  'Where is my invoice',
  'Card was declined',
  'Export stops half way',
  'Webhook is late',
  'Change of address',
  'Two seats too many',
  'Feature request: dark mode',
];
const tagNames = ['billing', 'login', 'bug', 'feature', 'vip'];
const statuses = ['new', 'open', 'pending', 'resolved', 'closed'] as const;
const priorities = ['low', 'normal', 'high', 'urgent'] as const;
const topics = [
  'Reset your password',
  'Find your invoices',
  'Change your address',
  'Add a seat',
  'Export your data',
  'Set up a webhook',
  'Use test keys',
  'Close your account',
];

/** Random numbers from 0 to 2^30, the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 2;
  };
}

/** @param memberIds the members to whom tickets are assigned */
export function demoData(seed: number, counts: { customers: number; tickets: number }, memberIds: string[]): DemoData {
  const random = generator(seed);
  const pick = <T>(list: readonly T[]): T => list[random() % list.length] as T;
  const at = (hours: number) => new Date(start + hours * hour);

  const customers = Array.from({ length: counts.customers }, (_, i): Row<'customers'> => {
    const name = `${first[i % first.length]} ${last[i % last.length]}`;
    return {
      id: newUuid(at(i), random),
      name,
      email: `${name.toLowerCase().replace(' ', '.')}.${i}@example.com`,
      created_at: at(i),
    };
  });
  const tags = tagNames.map((name, i): Row<'tags'> => ({ id: newUuid(at(i), random), name }));
  const messages: Row<'messages'>[] = [];
  const tickets = Array.from({ length: counts.tickets }, (_, i): Row<'tickets'> => {
    const created = at(100 + i * 4);
    const customer = pick(customers);
    const status = pick(statuses);
    const id = newUuid(created, random);
    const talk = conversation(id, created, customer.name, status === 'new' ? 1 : 1 + (random() % 4), random);
    messages.push(...talk);
    const answer = talk.find(({ sender, is_internal }) => sender === 'agent' && !is_internal);
    const changed = talk.at(-1)?.created_at as Date; // every conversation has a message
    const hasEnded = status === 'resolved' || status === 'closed';
    return {
      id,
      title: `${pick(subjects)} (${i + 1})`,
      status,
      priority: pick(priorities),
      customer_id: customer.id,
      customer_name: customer.name,
      assigned_to: status === 'new' ? null : pick(memberIds),
      tags: [...new Set([pick(tagNames), pick(tagNames)])],
      notes: i % 5 === 0 ? 'Prefers a call.' : null,
      message_count: talk.filter(({ is_internal }) => !is_internal).length,
      response_deadline: null,
      resolution_deadline: null,
      response_tier: null,
      resolution_tier: null,
      sla_paused: false,
      first_response_at: answer?.created_at ?? null,
      metadata: JSON.stringify(i % 3 === 0 ? { orderId: String(1000 + i) } : {}),
      created_at: created,
      updated_at: changed,
      public_updated_at: hasEnded ? changed : (talk.findLast(({ is_internal }) => !is_internal)?.created_at ?? created),
      closed_at: hasEnded ? changed : null,
    };
  });
  return { customers, tags, tickets, messages, articles: topics.flatMap((topic, i) => articles(topic, i, at, random)) };
}

function conversation(
  ticketId: string,
  created: Date,
  name: string,
  length: number,
  random: () => number,
): Row<'messages'>[] {
  return Array.from({ length }, (_, i) => {
    const isAgent = i % 2 === 1;
    const time = new Date(created.getTime() + i * hour);
    return {
      id: newUuid(time, random),
      ticket_id: ticketId,
      sender: isAgent ? 'agent' : 'customer',
      sender_name: isAgent ? 'Robin' : name,
      content: isAgent
        ? 'Thank you for asking. We are looking into it.'
        : 'Hello, could you help me with this, please?',
      is_internal: isAgent && i === 3,
      created_at: time,
    };
  });
}

/** One public article, one draft, and one for the team only. */
function articles(topic: string, i: number, at: (hours: number) => Date, random: () => number): Row<'articles'>[] {
  const slug = topic.toLowerCase().replace(' your ', ' ').replaceAll(' ', '-');
  const made = at(i * 24);
  const article = (suffix: string, status: 'published' | 'draft', isPublic: boolean): Row<'articles'> => ({
    id: newUuid(made, random),
    slug: `${suffix}${slug}`,
    title: `How to ${topic.charAt(0).toLowerCase()}${topic.slice(1)}`,
    excerpt: `${topic} in a minute.`,
    content: `# ${topic}\n\n1. Open **Settings**.\n2. Choose *${topic}*.\n3. Follow the steps on the page.\n`,
    status,
    is_public: isPublic,
    tags: ['how-to'],
    notes: 'Reviewed every quarter.',
    meta_description: `${topic}, step by step.`,
    metadata: '{}',
    created_at: made,
    updated_at: made,
    published_at: status === 'published' ? made : null,
  });
  return [
    article('how-to-', 'published', true),
    ...(i % 4 === 0 ? [article('draft-', 'draft', true), article('internal-', 'published', false)] : []),
  ];
}
