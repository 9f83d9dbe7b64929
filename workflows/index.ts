// The workflow bundle's single export file: every workflow that a worker runs.
export { deliverNotification } from './deliver-notification.ts';
export { processCookie } from './process-cookie.ts';
export { tellDigest } from './tell-digest.ts';
export { runPeriodicWorker } from './run-periodic-worker.ts';
