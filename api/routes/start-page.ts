import { z } from 'zod';
import { responses } from '../responses.ts';
import type { TypedApp } from '../typed-app.ts';

const startPageSchema = z.object({ name: z.string(), routes: z.record(z.string(), z.string()) });

const START_PAGE = {
  name: 'cookie-monster',
  routes: {
    'GET /queue': 'how many cookies are to be processed',
    'GET /queue/status': 'how the queue is doing',
    'POST /queue/reprocess': 'process a cookie again: {"path": p}',
    'GET /cookiejar?identifier=p': 'what is known about a data object; also /cookiejar/<p>',
    'DELETE /cookiejar?identifier=p': 'forget it; also /cookiejar/<p>',
    'POST /cookiejar':
      'push enrichments: {"identifier", "enrichments": [{"source", "timestamp", "metadata"}]} or a list',
    'GET /notifications?status=dead': 'notifications that a receiver never took',
    'POST /notifications/redeliver': 'send them again: {"id": d} or {"status": "dead"}',
    'GET /rules': 'the rulebook in force and the problems of the last save',
    'GET /retrievals': 'what the last retrievals did',
    'GET /schedules': 'when periodic workers run and how their runs went; also /schedules/<id>',
    'POST /schedules/<id>/pause': 'keep one from running: {"note"} or nothing; also /resume',
    'POST /schedules/<id>/trigger': 'have it run now',
    'GET /similar?identifier=p': 'which cookies are similar, with &threshold= and &limit=',
    'GET /similar/families': 'groups of cookies that are much the same, with ?limit= and &members=',
    'GET /healthz': 'whether this process lives',
    'GET /readyz': 'whether what it stands on answers',
  },
};

/** `GET /`: where to look. */
export function registerStartPage(app: TypedApp): void {
  app.get('/', { schema: { response: responses(startPageSchema) } }, async () => START_PAGE);
}
