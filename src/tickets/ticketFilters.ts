// Which tickets a list contains, and how many there are.
import { type Expression, type ExpressionBuilder, sql } from 'kysely';
import type { TenantDatabase, Total } from '../storage/database.ts';
import { isUuid, toUuid } from '../storage/ids.ts';
import { nfc } from '../storage/nfc.ts';
import { countMax } from '../storage/page.ts';
import type { Tables } from '../storage/tables.ts';
import type { Ticket } from './ticket.ts';

export type TicketFilters = {
  status?: Ticket['status'];
  priority?: Ticket['priority'];
  assignedTo?: string;
  customerId?: string;
  tag?: string;
  search?: string;
};

/** What the columns of wanted tickets contain. A tag is given by its UUID (source document) or by its name. */
export type Wanted = {
  status: Ticket['status'] | undefined;
  priority: Ticket['priority'] | undefined;
  assignedTo: string | undefined;
  customerId: string | undefined;
  tagId: string | undefined;
  tagName: string | undefined;
  pattern: string | undefined;
};

/** The values of the filters in the form in which they are stored. */
export const wantedOf = ({ status, priority, assignedTo, customerId, tag, search }: TicketFilters): Wanted => ({
  status,
  priority,
  assignedTo: assignedTo === undefined ? undefined : toUuid(assignedTo),
  customerId: customerId === undefined ? undefined : toUuid(customerId),
  tagId: tag !== undefined && isUuid(tag) ? tag.toLowerCase() : undefined,
  tagName: tag !== undefined && !isUuid(tag) ? nfc(tag) : undefined,
  pattern: search === undefined ? undefined : `%${nfc(search).replaceAll(/[\\%_]/g, '\\$&')}%`,
});

/** The tickets that fit all filters. */
export const filtered = (db: TenantDatabase, wanted: Wanted) =>
  db.selectFrom('tickets').where((where) => where.and(conditions(where, db, wanted)));

/** Without filters, the exact count, which every write maintains, so that its cost does not grow. */
export const totalOf = (db: TenantDatabase, wanted: Wanted): Total =>
  isFiltered(wanted)
    ? db.counted(filtered(db, wanted).select(sql`1`.as('one')), countMax + 1)
    : db.selectFrom('tenant_state').select(sql<number>`tenant_state.tickets::int`.as('total'));

const isFiltered = ({ status, priority, assignedTo, customerId, tagId, tagName, pattern }: Wanted): boolean =>
  [status, priority, assignedTo, customerId, tagId, tagName, pattern].some((one) => one !== undefined);

function conditions(
  where: ExpressionBuilder<Tables, 'tickets'>,
  db: TenantDatabase,
  { status, priority, assignedTo, customerId, tagId, tagName, pattern }: Wanted,
) {
  const hasTag = (name: Expression<string>) => sql<boolean>`coalesce(tags_nfc, tags) @> array[${name}]`;
  return [
    ...(status !== undefined ? [where('status', '=', status)] : []),
    ...(priority !== undefined ? [where('priority', '=', priority)] : []),
    ...(assignedTo !== undefined ? [where('assigned_to', '=', assignedTo)] : []),
    ...(customerId !== undefined ? [where('customer_id', '=', customerId)] : []),
    ...(tagName !== undefined ? [hasTag(sql`${tagName}`)] : []),
    ...(tagId !== undefined ? [hasTag(sql`(${nameOfTag(db, tagId)})`)] : []),
    ...(pattern !== undefined
      ? [
          sql<boolean>`(coalesce(title_nfc, title) ilike ${pattern} or coalesce(customer_name_nfc, customer_name) ilike ${pattern})`,
        ]
      : []),
  ];
}

/** The query of a tag's name in NFC. */
const nameOfTag = (db: TenantDatabase, id: string) =>
  db.selectFrom('tags').select(sql<string>`normalize(name, NFC)`.as('key')).where('id', '=', id);
