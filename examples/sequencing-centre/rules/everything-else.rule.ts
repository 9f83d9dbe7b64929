import { defineRule, notify } from 'cookie-monster';
import { isDecided, wasApplied } from './decided.ts';
import { valuesOf } from './irods-object.ts';

const ID = 'everything-else';

/** Lists each object that no rule has stopped, once: what nobody looks at shows up here. */
export default defineRule({
  id: ID,
  matches: (cookie) => isDecided(cookie) && !wasApplied(ID, cookie),
  action: (cookie) => ({
    notifications: [
      notify('object_to_list', {
        data: {
          path: cookie.path,
          study_ids: valuesOf(cookie, 'study_id'),
          manual_qc: valuesOf(cookie, 'manual_qc'),
          md5: valuesOf(cookie, 'md5'),
        },
      }),
    ],
  }),
});
