// The test data of the demo team, from the generator of the seed, including data that no client can request.
import { demoData } from '../../src/storage/demo/data.ts';
import { toPrefixed } from '../../src/storage/ids.ts';

const data = demoData(1, { customers: 60, tickets: 240 }, ['somebody']);
const articles = demoData(101, { customers: 10, tickets: 24 }, ['somebody']).articles;
const isShown = ({ status, is_public }: (typeof articles)[number]) => status === 'published' && is_public;
/** The live articles that the library shows, newest first. */
export const liveArticles = articles
  .filter(isShown)
  .map(({ id, slug, title, content }) => ({ id: toPrefixed('art', id), slug, title, content }))
  .reverse();
/** Drafts and articles for the team only. */
export const hiddenSlugs = articles.filter((one) => !isShown(one)).map(({ slug }) => slug);
/** Newest first, as the API lists them. */
export const demoTickets = data.tickets
  .map((row) => ({
    id: toPrefixed('tkt', row.id),
    uuid: row.id,
    title: row.title,
    status: row.status,
    priority: row.priority,
    customerUuid: row.customer_id as string, // each has one
    customerName: row.customer_name as string,
    tags: row.tags as string[],
  }))
  .reverse();
/** The oldest ticket, which exists before any test and which no test changes. */
export const demoTicket = demoTickets.at(-1) as (typeof demoTickets)[number]; // 240 of them
/** A ticket whose fourth message is internal. */
export const withInternal = toPrefixed(
  'tkt',
  data.messages.find(({ is_internal }) => is_internal)?.ticket_id as string, // about a quarter has one
);
export const demoTags = data.tags;
export const demoCustomer = data.customers.map(({ id, name }) => ({
  id: toPrefixed('cus', id),
  uuid: id,
  name,
}))[0] as {
  id: string;
  uuid: string;
  name: string;
}; // 60 of them
/** A valid ID of no resource, from the first second of 2025. */
export const missingTicket = 'tkt_000000000001';
/** A UUID that is not in the form of our IDs. */
export const foreignUuid = 'ffffffff-ffff-4fff-8fff-ffffffffffff';
