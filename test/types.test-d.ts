// Code that the compiler must reject. `tsc` fails if one of these lines compiles.
import type { AuthHandlers, Handlers, TicketsHandlers } from '../generated/stubs.ts';
import type { components } from '../generated/types.ts';

declare const tickets: TicketsHandlers;
declare const ticket: components['schemas']['Ticket'];
declare const me: components['schemas']['Identity'];
declare const { deleteTicket: _, ...allButOne }: TicketsHandlers;
declare const { Auth: __, ...allButOneTag }: Handlers;

/** The valid version, from which each line below differs in one place. */
export const right: TicketsHandlers = {
  ...tickets,
  async createTicket({ body }, reply) {
    return reply(201, { data: { ...ticket, title: body.title } });
  },
  async listTickets({ query }, reply) {
    return reply(200, { data: [ticket], pagination: { total: 1, page: query.page ?? 1, pageSize: 1, hasMore: false } });
  },
};

// @ts-expect-error a missing handler
export const missing: TicketsHandlers = allButOne;
// @ts-expect-error a missing tag
export const missingTag: Handlers = allButOneTag;
export const leftover: AuthHandlers = {
  async getIdentity(_input, reply) {
    return reply(200, { data: me });
  },
  // @ts-expect-error a leftover handler
  gone: (): never => {
    throw new Error();
  },
};

export const wrong: TicketsHandlers = {
  ...tickets,
  async createTicket(_input, reply) {
    // @ts-expect-error a status that the operation lacks
    return reply(200, { data: ticket });
  },
  async updateTicket(_input, reply) {
    // @ts-expect-error an error's status, which is thrown and not returned
    return reply(404, { data: ticket });
  },
  async getTicket(_input, reply) {
    // @ts-expect-error a field of the wrong type
    return reply(200, { data: { ...ticket, status: 'opened' } });
  },
  async listTickets(_input, reply) {
    // @ts-expect-error a list without its pagination
    return reply(200, { data: [ticket] });
  },
};

export const missingField: Pick<AuthHandlers, 'getIdentity'> = {
  async getIdentity({ caller }, reply) {
    // @ts-expect-error a missing field
    return reply(200, { data: { teamId: caller.teamId, teamName: 'x', teamSlug: 'x', keyType: 'secret' } });
  },
};
export const unknownField: Pick<AuthHandlers, 'getIdentity'> = {
  async getIdentity(_input, reply) {
    // @ts-expect-error an unknown field
    return reply(200, { data: { ...me, digest: 'x' } });
  },
};
export const bare: Pick<AuthHandlers, 'getIdentity'> = {
  // @ts-expect-error a bare literal
  async getIdentity() {
    return { status: 200, content: { data: me } };
  },
};

export const input: TicketsHandlers = {
  ...tickets,
  async createTicket({ body }, reply) {
    // @ts-expect-error a field of the body that the contract lacks
    return reply(201, { data: { ...ticket, title: body.titel } });
  },
  async listTickets({ query }, reply) {
    // @ts-expect-error a parameter that the contract lacks
    const page: number = query.pages;
    return reply(200, { data: [ticket], pagination: { total: 1, page, pageSize: 1, hasMore: false } });
  },
  async deleteTicket({ path }, reply) {
    // @ts-expect-error a path parameter that the contract lacks
    return reply(200, { data: { deleted: true, id: path.id } });
  },
};
