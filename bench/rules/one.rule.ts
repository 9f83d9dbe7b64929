import { defineReceiver, defineRule, notify } from 'cookie-monster';

export const rule = defineRule({
  id: 'every-file',
  matches: (cookie) =>
    ['folder_update', 'irods_update'].some((source) => cookie.enrichments.mostRecent(source) !== undefined),
  action: (cookie) => ({ notifications: [notify('file', { data: cookie.identifier })], terminate: true }),
});

export const receiver = defineReceiver({ id: 'nowhere', receive: () => {} });
