// The messages of the tickets of one team and environment.
import { type Selectable, sql } from 'kysely';
import type { components } from '../../generated/types.ts';
import type { TenantDatabase } from '../storage/database.ts';
import { newUuid, toPrefixed, toUuid } from '../storage/ids.ts';
import type { Paging } from '../storage/page.ts';
import { type Found, pageFrom } from '../storage/rows.ts';
import type { Tables } from '../storage/tables.ts';

type Message = components['schemas']['Message'];
type MessageCreate = components['schemas']['MessageCreate'];
export type MessageRow = Selectable<Tables['messages']>;

/** Reads and writes the messages of a tenant's tickets. */
export function messageStore(db: TenantDatabase) {
  const ofTicket = (uuid: string) => db.selectFrom('messages').where('ticket_id', '=', uuid);

  return {
    /** The query of the first messages, oldest first. */
    first: (ticketUuid: string, count: number) =>
      ofTicket(ticketUuid).selectAll().orderBy('created_at').orderBy('id').limit(count),

    /** Oldest first. */
    list: (ticketId: string, paging: Paging): Promise<Found<MessageRow>> =>
      pageFrom(db, ofTicket(toUuid(ticketId)), paging, { by: 'created_at', direction: 'asc' }),

    /**
     * Adds a message and updates the ticket's message count and first response, in one statement.
     * Undefined if there is no such ticket.
     */
    async add(
      ticketId: string,
      { content, sender = 'agent', senderName, isInternal = false }: MessageCreate,
      now: Date,
    ): Promise<MessageRow | undefined> {
      const { teamId, environment } = db.tenant;
      const isFirstResponse = sender === 'agent' && !isInternal;
      const ticket = db
        .updateTable('tickets')
        .set({
          ...(!isInternal && { message_count: sql<number>`message_count + 1`, public_updated_at: now }),
          ...(isFirstResponse && { first_response_at: sql<Date>`coalesce(first_response_at, ${now})` }),
          updated_at: now,
        })
        .where('id', '=', toUuid(ticketId))
        .returning('id');
      const [row] = await db.run(sql<MessageRow>`
        with ticket as (${ticket})
        insert into messages (team_id, environment, ticket_id, id, content, sender, sender_name, is_internal, created_at)
        select ${teamId}::uuid, ${environment}, ticket.id, ${newUuid(now)}::uuid, ${content}, ${sender}, ${senderName ?? null},
          ${isInternal}::boolean, ${now}::timestamptz
        from ticket
        returning *`);
      return row;
    },
  };
}

/** The row of a message that was selected as JSON. */
export const messageOfJson = (row: Omit<MessageRow, 'created_at'> & { created_at: Date | string }): MessageRow => ({
  ...row,
  created_at: new Date(row.created_at),
});

/** Maps a row to the contract's Message. */
export function toMessage(row: MessageRow): Message {
  return {
    object: 'message',
    id: toPrefixed('msg', row.id),
    uuid: row.id,
    ticketId: toPrefixed('tkt', row.ticket_id),
    content: row.content,
    sender: row.sender,
    senderName: row.sender_name,
    isInternal: row.is_internal,
    createdAt: row.created_at.toISOString(),
  };
}
