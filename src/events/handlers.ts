import type { EventsHandlers } from '../../generated/stubs.ts';
import { Problem } from '../http/problem.ts';
import { countMax } from '../storage/page.ts';
import { eventStore, toEvent } from './eventStore.ts';

export const eventsHandlers: EventsHandlers = {
  async listEvents({ query, db, now }, reply) {
    const { pageSize = 20 } = query;
    const { found, total } = await eventStore(db, now).list(query, pageSize);
    return reply(200, {
      data: found.slice(0, pageSize).map(toEvent),
      pagination: {
        total: Math.min(total, countMax),
        ...(total > countMax && { totalIsCapped: true }),
        page: 1,
        pageSize,
        hasMore: found.length > pageSize,
      },
    });
  },

  async getEvent({ path, db, now }, reply) {
    const row = await eventStore(db, now).find(path.eventId);
    if (!row) throw new Problem('resource_missing', { param: 'eventId' });
    return reply(200, { data: toEvent(row) });
  },
};
