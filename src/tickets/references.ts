// What a ticket points to. Another tenant's is the same as a missing one.
import { Problem } from '../http/problem.ts';
import type { Database } from '../storage/database.ts';
import { toUuid } from '../storage/ids.ts';
import type { Tenant } from '../storage/tenant.ts';

type Given = { customerId?: string; customerName?: string; assignedTo?: string };

export function references({ of, kysely }: Database, tenant: Tenant) {
  return {
    /**
     * The UUIDs behind the ids of a body, and the customer's name.
     * @throws 404 `resource_missing` with the field's name
     */
    async resolve({
      customerId,
      customerName,
      assignedTo,
    }: Given): Promise<{ customerId: string | null; customerName?: string; assignedTo: string | null }> {
      const customer = customerId
        ? await of(tenant)
            .selectFrom('customers')
            .select(['id', 'name'])
            .where('id', '=', toUuid(customerId))
            .executeTakeFirst()
        : undefined;
      if (customerId && !customer) throw new Problem('resource_missing', { param: 'customerId' });
      const member = assignedTo
        ? await kysely
            .selectFrom('members')
            .select('id')
            .where('team_id', '=', tenant.teamId)
            .where('id', '=', toUuid(assignedTo))
            .executeTakeFirst()
        : undefined;
      if (assignedTo && !member) throw new Problem('resource_missing', { param: 'assignedTo' });
      return {
        customerId: customer?.id ?? null,
        customerName: customer?.name ?? customerName,
        assignedTo: member?.id ?? null,
      };
    },
  };
}
