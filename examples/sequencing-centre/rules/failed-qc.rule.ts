import { defineRule } from 'cookie-monster';
import { creationSeen, valuesOf } from './irods-object.ts';

/** AVUs are texts: the number 0 is never among them. */
const FAILED = '0';

/** Stops for new objects that failed manual QC. Contradictory values stop nothing: people should see those. */
export default defineRule({
  id: 'failed-qc',
  priority: 20,
  matches: (cookie) => {
    const manualQc = valuesOf(cookie, 'manual_qc');
    return creationSeen(cookie) && manualQc.length > 0 && manualQc.every((value) => value === FAILED);
  },
  action: () => ({ terminate: true }),
});
