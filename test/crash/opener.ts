// Opens the embedded database of the given directory, prints the result, and keeps it open until it is killed.
import { pino } from 'pino';
import { openEmbedded } from '../../src/storage/embedded/open.ts';

const [, , dataDir = ''] = process.argv;
process.once('disconnect', () => process.exit());
process.once('message', async () => {
  try {
    const { pool } = await openEmbedded({ dataDir, statementTimeoutMs: 60_000, log: pino({ level: 'silent' }) });
    await pool.query('create table if not exists starts (pid int)');
    await pool.query('insert into starts values ($1)', [process.pid]);
    const { rows } = await pool.query('select count(*)::int as rows from starts');
    process.send?.({ opened: true, rows: rows[0].rows });
  } catch (error) {
    process.send?.({ opened: false, why: (error as Error).message });
    process.disconnect();
  }
});
process.send?.('waiting');
