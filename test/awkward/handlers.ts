// The handlers of the awkward contract, as a backend developer would write them.
import { setTimeout as wait } from 'node:timers/promises';
import { Problem } from '../../src/http/problem.ts';
import type { Handlers } from './generated/stubs.ts';
import type { components } from './generated/types.ts';

type Row = components['schemas']['Row'];
export const secretWord = 'only-for-secret-keys';
export const rowsMax = 200_000;

/** What the tests look at and change. */
export type World = {
  things: Map<string, Row>;
  /** The number of rows that the export has produced. */
  produced: number;
  /** Replaces a row of the export. */
  rowAt(i: number): Row;
  notes: unknown[];
  updates: number;
  /** Events wait for it. */
  firstEvent: PromiseWithResolvers<void> | undefined;
};
export const newWorld = (): World => ({
  things: new Map([['blue', { name: 'blue', count: 3, secretNote: secretWord }]]),
  produced: 0,
  rowAt: (i) => ({ name: `row ${i}`, count: i % 1000, secretNote: secretWord }),
  notes: [],
  updates: 0,
  firstEvent: undefined,
});

export function awkwardHandlers(world: World): Handlers {
  const thingNamed = (name: string): Row => {
    const thing = world.things.get(name);
    if (!thing) throw new Problem('resource_missing', { param: 'name' });
    return thing;
  };
  return {
    Bodies: {
      async createLogin({ body }, reply) {
        const { name, age = 0, isRemembered, tags = [] } = body;
        return reply(303, undefined, { Location: `/sessions/${[name, age + 1, isRemembered, ...tags].join(':')}` });
      },
      async createUpload({ body: { title, file, attachments = [] } }, reply) {
        const files = [file, ...attachments] as File[];
        const data = await Promise.all(
          files.map(async (one) => ({ name: (await one.text()).slice(0, 20), count: one.size })),
        );
        return reply(
          201,
          { data: { files: data } },
          { Location: `/files/${encodeURIComponent(title)}/${encodeURIComponent(files[0]?.name ?? '')}` },
        );
      },
      async createNote({ body }, reply) {
        world.notes.push(body);
        return body ? reply(202, { data: body }, { Location: '/notes/1' }) : reply(202, { data: null });
      },
    },
    Responses: {
      async getThing({ path }, reply) {
        return reply(200, { data: thingNamed(path.name) });
      },
      async updateThing({ path, body, refuseIfChanged }, reply) {
        const before = thingNamed(path.name);
        refuseIfChanged({ data: before });
        const data = { ...before, ...body };
        world.things.set(path.name, data);
        return reply(200, { data });
      },
      async deleteThing({ path }, reply) {
        world.things.delete(path.name);
        return reply(204);
      },
      async listRows(_input, reply) {
        const data = [...world.things.values(), { name: '=1+1', count: null }];
        return reply(200, { data, pagination: { total: data.length, page: 1, pageSize: 20, hasMore: false } });
      },
      async listAllRows({ signal }, reply) {
        async function* rows(): AsyncGenerator<Row> {
          for (world.produced = 0; world.produced < rowsMax && !signal.aborted; world.produced++)
            yield world.rowAt(world.produced);
        }
        return reply(200, rows());
      },
      async listNews({ headers, signal }, reply) {
        async function* news(): AsyncGenerator<components['schemas']['NewsEvent']> {
          await world.firstEvent?.promise;
          for (let id = Number(headers['Last-Event-ID'] ?? 0) + 1; !signal.aborted; id++) {
            yield { id: String(id), event: 'row.created', data: world.rowAt(id) };
            await wait(50, undefined, { signal }).catch(() => undefined);
          }
        }
        return reply(200, news());
      },
      async getFeed(_input, reply) {
        return reply(200, '<rss version="2.0"><channel><title>Fish &amp; chips</title></channel></rss>');
      },
      async getPage(_input, reply) {
        return reply(200, `<!doctype html><title>News</title>${'<p>é</p>'.repeat(500)}`);
      },
      async getLatest(_input, reply) {
        return reply(302, undefined, { Location: '/api/v1/blogs/page' });
      },
      async getFile({ path }, reply) {
        const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 256);
        return reply(200, new Blob([bytes]), { 'Content-Disposition': `attachment; filename="${path.name}"` });
      },
    },
    Sessions: {
      async getProfile({ caller }, reply) {
        return reply(200, { data: { name: caller.subjectId, secretNote: secretWord } });
      },
      async updateProfile({ caller, body, audit }, reply) {
        audit('test_data.deleted', caller.teamId, { before: null, after: null }); // any action will do
        world.updates++;
        return reply(200, { data: { name: caller.subjectId, count: body.count, secretNote: secretWord } });
      },
      async createConversation({ caller, body }, reply) {
        world.updates++;
        return reply(201, { data: { name: caller.subjectId, count: body.count, secretNote: secretWord } });
      },
    },
    Schemas: {
      async listThings({ query }, reply) {
        return reply(200, { data: { counts: query.counts, colors: query.color, filter: query.filter } });
      },
      async searchThings({ body }, reply) {
        return reply(200, { data: { filter: body } });
      },
      async listShapes(_input, reply) {
        const row = { name: 'blue', secretNote: secretWord };
        return reply(200, {
          data: {
            shapes: [
              { kind: 'circle', radius: 2 },
              { kind: 'square', side: 3, secretNote: secretWord },
            ],
            byName: { first: row },
            folder: { name: 'top', folders: [{ name: 'inner', folders: [] }] },
            owner: row,
          },
        });
      },
    },
  };
}
