import type { TicketsHandlers } from '../../generated/stubs.ts';
import { changesOf, snapshotOf } from '../http/eventFields.ts';
import { byCreation, pageOf, pagingOf } from '../http/paging.ts';
import { Problem } from '../http/problem.ts';
import { toPrefixed } from '../storage/ids.ts';
import { messageStore, toMessage } from './messageStore.ts';
import { references } from './references.ts';
import { hasEnded, type TicketRow, toTicket } from './ticket.ts';
import { ticketStore } from './ticketStore.ts';

const messagesInlined = 100;
const stateOf = (row: TicketRow) => snapshotOf('Ticket', toTicket(row));
const missing = () => new Problem('resource_missing', { param: 'ticketId' });

export const ticketsHandlers: TicketsHandlers = {
  async listTickets({ query, caller, db }, reply) {
    const paging = pagingOf(query);
    const found = await ticketStore(db).list(query, paging);
    return reply(
      200,
      pageOf(found, paging, byCreation, (row) => toTicket(row, caller)),
    );
  },

  async createTicket({ body, db, emit, now }, reply) {
    const known = await references(db).resolve(body);
    const row = await ticketStore(db).add({ ...body, ...known }, now);
    const ticket = stateOf(row);
    emit('ticket.created', row.id, { ticket });
    if (row.assigned_to) emit('ticket.assigned', row.id, { ticket });
    if (hasEnded(row)) emit('ticket.closed', row.id, { ticket });
    return reply(201, { data: toTicket(row) });
  },

  async getTicket({ path, caller, db }, reply) {
    const found = await ticketStore(db).findWithMessages(path.ticketId, messagesInlined);
    if (!found) throw missing();
    return reply(200, { data: { ...toTicket(found.ticket, caller), messages: found.messages.map(toMessage) } });
  },

  async updateTicket({ path, body, db, emit, now }, reply) {
    const tickets = ticketStore(db);
    const before = await tickets.lock(path.ticketId);
    if (!before) throw missing();
    await references(db).resolve({ assignedTo: body.assignedTo ?? undefined });
    const after = await tickets.change(before, body, now);
    const changes = changesOf('Ticket', toTicket(before), toTicket(after));
    if (changes) {
      const ticket = stateOf(after);
      emit('ticket.updated', after.id, { ticket, changes });
      if (changes.assigned_to?.to) emit('ticket.assigned', after.id, { ticket });
      if (hasEnded(after) && !hasEnded(before)) emit('ticket.closed', after.id, { ticket });
    }
    return reply(200, { data: toTicket(after) });
  },

  async deleteTicket({ path, db, emit, audit }, reply) {
    const row = await ticketStore(db).remove(path.ticketId);
    if (!row) throw missing();
    emit('ticket.deleted', row.id, { ticket: stateOf(row) });
    audit('ticket.deleted', row.id, { before: null, after: null });
    return reply(200, { data: { deleted: true, id: toPrefixed('tkt', row.id) } });
  },

  async listMessages({ path, query, db }, reply) {
    const paging = pagingOf(query);
    if (!(await ticketStore(db).find(path.ticketId))) throw missing();
    return reply(200, pageOf(await messageStore(db).list(path.ticketId, paging), paging, byCreation, toMessage));
  },

  async createMessage({ path, body, db, emit, now }, reply) {
    const row = await messageStore(db).add(path.ticketId, body, now);
    const ticket = row && (await ticketStore(db).find(path.ticketId));
    if (!ticket) throw missing();
    const message = toMessage(row);
    emit('ticket.message_added', ticket.id, { ticket: stateOf(ticket), message: snapshotOf('Message', message) });
    return reply(201, { data: message });
  },
};
