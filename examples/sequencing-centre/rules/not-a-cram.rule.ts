import { Priority, defineRule } from 'cookie-monster';

/** Stops at once for what is no CRAM: indices, statistics, BAMs. */
export default defineRule({
  id: 'not-a-cram',
  priority: Priority.MAX,
  matches: ({ path }) => !/\.cram$/i.test(path),
  action: () => ({ terminate: true }),
});
