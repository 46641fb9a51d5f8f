import type { AuditHandlers } from '../../generated/stubs.ts';
import { byCreation, pageOf, pagingOf } from '../http/paging.ts';
import { auditStore, toAuditEntry } from './auditStore.ts';

export const auditHandlers: AuditHandlers = {
  async listAuditEntries({ query, db, now }, reply) {
    const paging = pagingOf(query);
    return reply(200, pageOf(await auditStore(db, now).list(query, paging), paging, byCreation, toAuditEntry));
  },
};
