// express-openapi-validator as configured in its README, for the whole contract, requests and responses.
import express from 'express';
import OpenApiValidator from 'express-openapi-validator';
import { contract, enveloped, list, routes, ticket } from './data.ts';
import { serve } from './serve.ts';

const app = express();
app.use(express.json());
app.use(
  OpenApiValidator.middleware({
    apiSpec: { ...structuredClone(contract), servers: [{ url: '/' }] } as never,
    validateSecurity: { handlers: { secretKey: () => true, publishableKey: () => true } },
    validateRequests: true,
    validateResponses: true,
  }),
);
app.get(routes.list, (_req, res) => void res.json(enveloped(list)));
app.get(routes.get, (_req, res) => void res.json(enveloped({ data: ticket })));
app.post(routes.list, (_req, res) => void res.status(201).json(enveloped({ data: ticket })));
serve(app);
