// The resources that a ticket refers to. Those of other tenants count as missing.
import { Problem } from '../http/problem.ts';
import type { TenantDatabase } from '../storage/database.ts';
import { toUuid } from '../storage/ids.ts';

type Given = { customerId?: string; customerName?: string; assignedTo?: string };
type Known = { customerId: string | null; customerName?: string; assignedTo: string | null };

/** Looks up the customer and the member that a request refers to. */
export function references(db: TenantDatabase) {
  const customerOf = (id: string) =>
    db.selectFrom('customers').select(['id', 'name']).where('id', '=', toUuid(id)).executeTakeFirst();
  const memberOf = (id: string) => db.members().select('id').where('id', '=', toUuid(id)).executeTakeFirst();

  return {
    /**
     * Returns the UUIDs of the IDs in a body, and the name of the customer.
     * @throws 404 `resource_missing` with the name of the field
     */
    async resolve({ customerId, customerName, assignedTo }: Given): Promise<Known> {
      const customer = customerId ? await customerOf(customerId) : undefined;
      if (customerId && !customer) throw new Problem('resource_missing', { param: 'customerId' });
      const member = assignedTo ? await memberOf(assignedTo) : undefined;
      if (assignedTo && !member) throw new Problem('resource_missing', { param: 'assignedTo' });
      return {
        customerId: customer?.id ?? null,
        customerName: customer?.name ?? customerName,
        assignedTo: member?.id ?? null,
      };
    },
  };
}
