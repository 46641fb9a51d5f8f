// Which failures of the database are an outage and not our fault.

const codes = new Set([
  '57014', // query_canceled: the statement limit
  '57P01',
  '57P02',
  '57P03', // the server stops, crashed, or is starting
  '53300',
  '53400', // too many connections, a limit was reached
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
]);

/** True when the same statement may work a moment later (PostgreSQL, appendix A, classes 08, 53 and 57). */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return (
    (typeof code === 'string' && (codes.has(code) || code.startsWith('08'))) ||
    /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error)/.test(
      error.message,
    )
  );
}
