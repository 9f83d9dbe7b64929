import { defineReceiver, defineRule, notify } from 'cookie-monster';

export const rule = defineRule({
  id: 'every-file',
  matches: (cookie) => cookie.enrichments.mostRecent('folder_update') !== undefined,
  action: (cookie) => ({ notifications: [notify('file', { data: cookie.identifier })], terminate: true }),
});

export const receiver = defineReceiver({ id: 'nowhere', receive: () => {} });
