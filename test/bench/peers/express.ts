import express from 'express';
import { enveloped, list, routes, ticket } from './data.ts';
import { serve } from './serve.ts';

const app = express();
app.get(routes.list, (_req, res) => void res.json(enveloped(list)));
app.get(routes.get, (_req, res) => void res.json(enveloped({ data: ticket })));
app.post(routes.list, express.json(), (_req, res) => void res.status(201).json(enveloped({ data: ticket })));
serve(app);
