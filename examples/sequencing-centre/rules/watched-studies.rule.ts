import { type Cookie, defineRule, notify } from 'cookie-monster';
import { isDecided, wasApplied } from './decided.ts';
import { valuesOf } from './irods-object.ts';
import watchedStudies from './watched-studies.json' with { type: 'json' };

/**
 * For each watched study a rule of its own that notifies of libraries added to it, once: the cookie says by the rule's
 * id of which studies it was told. The list is a part of the rulebook, as it is imported.
 */
export const watchedStudyRules = watchedStudies.map(({ id, name }) => {
  const rule = `library-in-study-${id}`;
  return defineRule({
    id: rule,
    priority: 30,
    matches: (cookie) => isDecided(cookie) && isLibraryIn(id, cookie) && !wasApplied(rule, cookie),
    action: (cookie) => ({
      notifications: [
        notify('library_in_watched_study', {
          data: {
            study: { id, name },
            path: cookie.path,
            library_ids: valuesOf(cookie, 'library_id'),
            samples: valuesOf(cookie, 'sample'),
          },
        }),
      ],
    }),
  });
});

function isLibraryIn(study: string, cookie: Cookie): boolean {
  return valuesOf(cookie, 'target').includes('library') && valuesOf(cookie, 'study_id').includes(study);
}
