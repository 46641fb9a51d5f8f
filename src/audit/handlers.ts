import type { AuditHandlers } from '../../generated/stubs.ts';
import { byCreation, pageOf, pagingOf } from '../http/paging.ts';
import { auditStore, toAuditEntry } from './auditStore.ts';

export const auditHandlers: AuditHandlers = {
  async listAuditEntries({ query, db, now }, reply) {
    const paging = pagingOf(query);
    const { found, total } = await auditStore(db, now).list(query, paging);
    const { rows, pagination } = pageOf(found, total, paging, byCreation);
    return reply(200, { data: rows.map(toAuditEntry), pagination });
  },
};
