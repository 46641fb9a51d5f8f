// Decides which database errors are an outage (503) and not a fault of the server (500).

/** SQLSTATE classes of PostgreSQL, by their first two characters (documentation, appendix A). */
const classes = [
  '08', // connection exception
  '28', // invalid password or role
  '3D', // the database does not exist
  '53', // insufficient resources: disk full, out of memory, too many connections
  '57', // operator intervention: statement limit, shutdown, crash
  '58', // system error outside PostgreSQL
];
/** SQLSTATEs of PostgreSQL, and error codes of Node for name resolution and connections. */
const codes = new Set([
  '25006', // the database is read-only, as a standby is
  '25P03', // idle in a transaction for too long
  '40001', // serialization failure, after all tries
  '40P01', // deadlock, after all tries
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);
/** Errors of `pg` that have no code. */
const messages =
  /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Query read timeout)/;

/** Whether the same statement may work a moment later. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') return messages.test(error.message);
  return codes.has(code) || (code.length === 5 && classes.some((one) => code.startsWith(one)));
}
