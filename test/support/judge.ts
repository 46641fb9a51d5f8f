// The judge of the published contract. Every response of a test is judged, and recorded for the coverage test.
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createJudge, type Node } from './judging.ts';

export { type Node, rooted, type Verdict } from './judging.ts';

export const contract: Node = JSON.parse(readFileSync('generated/openapi.json', 'utf8'));
export const { operations, judge, follow } = createJudge(contract);

/** Throws if the response violates the contract, and records it otherwise. */
export function insist(backend: string, ...answer: Parameters<typeof judge>): void {
  const { operationId, status, code, problems } = judge(...answer);
  if (problems.length > 0)
    throw new Error(
      `${answer[0]} ${answer[1]} (${operationId}) ${status}: ${problems.join('; ')} in ${JSON.stringify(answer[4]).slice(0, 500)}`,
    );
  appendFileSync(
    join(process.env.SEEN_DIR as string, `${process.pid}.txt`),
    `${backend} ${operationId} ${status} ${code ?? '-'}\n`,
  );
}
