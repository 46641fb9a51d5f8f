import type { TicketsHandlers } from '../../generated/stubs.ts';
import type { Caller } from '../http/operation.ts';
import { pageOf, pagingOf } from '../http/paging.ts';
import { Problem } from '../http/problem.ts';
import type { Database } from '../storage/database.ts';
import { toPrefixed } from '../storage/ids.ts';
import { messageStore, toMessage } from './messageStore.ts';
import { references } from './references.ts';
import { ticketStore, toTicket } from './ticketStore.ts';

const messagesInlined = 100;
const missing = () => new Problem('resource_missing', { param: 'ticketId' });
const positionOf = (row: { created_at: Date; id: string }) => ({ createdAt: row.created_at.toISOString(), id: row.id });

export function ticketsHandlers(database: Database): TicketsHandlers {
  const tickets = (caller: Caller) => ticketStore(database.of(caller));
  const messages = (caller: Caller) => messageStore(database.of(caller), { isPublic: caller.type === 'publishable' });

  return {
    async listTickets({ query, caller }, reply) {
      const paging = pagingOf(query);
      const { found, total } = await tickets(caller).list(query, paging);
      const { rows, pagination } = pageOf(found, total, paging, positionOf);
      return reply(200, { data: rows.map(toTicket), pagination });
    },

    async createTicket({ body, caller, now }, reply) {
      const known = await references(database, caller).resolve(body);
      return reply(201, { data: toTicket(await tickets(caller).add({ ...body, ...known }, now)) });
    },

    async getTicket({ path, caller }, reply) {
      const row = await tickets(caller).find(path.ticketId);
      if (!row) throw missing();
      const { found } = await messages(caller).list(path.ticketId, {
        page: 1,
        pageSize: messagesInlined,
        after: undefined,
      });
      return reply(200, { data: { ...toTicket(row), messages: found.slice(0, messagesInlined).map(toMessage) } });
    },

    async updateTicket({ path, body, caller, now }, reply) {
      await references(database, caller).resolve({ assignedTo: body.assignedTo ?? undefined });
      const row = await tickets(caller).change(path.ticketId, body, now);
      if (!row && (await tickets(caller).find(path.ticketId)))
        throw new Problem('parameter_invalid', {
          param: 'metadata',
          message: "'metadata' would have more than 50 keys.",
        });
      if (!row) throw missing();
      return reply(200, { data: toTicket(row) });
    },

    async deleteTicket({ path, caller }, reply) {
      const id = await tickets(caller).remove(path.ticketId);
      if (!id) throw missing();
      return reply(200, { data: { deleted: true, id: toPrefixed('tkt', id) } });
    },

    async listMessages({ path, query, caller }, reply) {
      const paging = pagingOf(query);
      if (!(await tickets(caller).find(path.ticketId))) throw missing();
      const { found, total } = await messages(caller).list(path.ticketId, paging);
      const { rows, pagination } = pageOf(found, total, paging, positionOf);
      return reply(200, { data: rows.map(toMessage), pagination });
    },

    async createMessage({ path, body, caller, now }, reply) {
      const row = await messages(caller).add(path.ticketId, body, now);
      if (!row) throw missing();
      return reply(201, { data: toMessage(row) });
    },
  };
}
