// The pages under /developers/api: the reference, the errors, the contract itself.
import { type RequestHandler, Router } from 'express';

export function developerPages(): RequestHandler {
  return Router();
}
