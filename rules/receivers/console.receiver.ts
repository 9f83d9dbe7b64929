import { defineReceiver } from 'cookie-monster';

/** Shows each notification in the log of Cookie Monster. */
export default defineReceiver({
  id: 'console',
  accepts: ({ about }) => about !== 'nothing_more_to_learn',
  receive: ({ about, sender, identifier, data }, { log }) => {
    log.info(`${about}: ${identifier}`, { sender, data });
  },
});
