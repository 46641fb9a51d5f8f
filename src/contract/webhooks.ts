// What all webhooks have in common, so that `openapi/webhooks.yaml` contains only what differs.
import { pascal } from './complete.ts';
import type { Contract, Ref, Response } from './document.ts';

/** Gives each webhook its ID (`ticket.created` is `sendTicketCreated`), its tag, and the response that a receiver sends. */
export function completeWebhooks({ webhooks = {} }: Contract): void {
  for (const [event, { post }] of Object.entries(webhooks)) {
    if (!post?.requestBody) throw new Error(`the webhook ${event} has no POST with a body`);
    Object.assign(post, { operationId: `send${pascal(event)}`, tags: ['Webhooks'], security: [] });
    Object.assign(post.requestBody, { description: 'The event.', required: true });
    post.responses = { 200: { description: 'Acknowledges the event. Respond with any 2xx status.' } as Ref<Response> };
  }
}
