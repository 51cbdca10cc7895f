import type { Meanings } from './meaning.ts'

/** Events that stores, channels and the daemon around the engine log: connections, HTTP, public pages, hooks, plugins. */
export const outsideMeanings: Meanings = {
  'access.use_not_kept': { means: 'When a key or a session was last used could not be written.' },
  'audit.lost': {
    means:
      'The log of changes lost an entry, for the store was away for too long. The line has all that it would have held.',
    todo: 'Keep the line: it is the only record.',
  },
  'audit.not_written': {
    means: 'Entries of the log of changes could not be written. They wait, and are tried again.',
    todo: 'Look at the store before they are lost.',
  },
  'bus.deaf': { means: 'A connection to Redis heard nothing any more, and was opened anew.' },
  'bus.hearer_failed': {
    means: 'A part of the daemon failed at news of another node.',
    todo: 'Report it with the line: it is a defect.',
  },
  'bus.not_listening': { means: 'Subscribing at Redis failed. It is tried again.' },
  'bus.not_published': { means: 'News for other nodes did not leave. They find it by sweeping.' },
  'cache.failed': { means: 'Redis did not answer the cache. The store was asked.' },
  'daemon.started': { means: 'The daemon serves.' },
  'daemon.stopped': { means: 'The daemon has stopped; nothing is under way.' },
  'daemon.stopping': { means: 'A signal to stop came: what is in flight is finished, the rest given back.' },
  'discord.gone': {
    means: 'A webhook of Discord is gone; the room is asked no more.',
    todo: 'Make a new webhook in Discord, and put it into the settings.',
  },
  'discord.not_edited': {
    means: 'A message could not be changed. A new one was posted where one is wanted.',
  },
  'discord.plain': { means: 'Discord refused the form of a message. It went as plain text.' },
  'hook.event': { means: 'A provider told of deliveries; `heard` counts them.' },
  'hook.no_event': { means: 'A message of SNS held no event, such as the greeting of a new topic.' },
  'hook.refused': {
    means: 'A call that says it is of a provider could not be proved, and was refused.',
    todo: 'If it is the provider: look at the secret or the topics in the settings, and at the clock.',
  },
  'hook.subscribed': { means: 'The subscription of a topic of SNS was confirmed.' },
  'hook.unsubscribed': {
    means: 'A topic of SNS ended its subscription: bounces and complaints come no more.',
    todo: 'Subscribe it again, unless that was meant.',
  },
  'http.cut_off': { means: 'A stream was ended, for its key or session is no longer valid.' },
  'http.defect': {
    means: 'A request failed for a reason that nobody foresaw; the stack is in the line.',
    todo: 'Report it: it is a defect.',
  },
  'http.page_failed': {
    means: 'A public page answered 5xx.',
    todo: 'Look at the store; the code is in the line.',
  },
  'http.refused': {
    means: 'A request was answered 5xx; the code says why.',
    todo: 'Look the code up in [errors](../errors.md).',
  },
  'http.replies_not_swept': {
    means: 'Kept answers that are over could not be deleted. The next turn does it.',
  },
  'http.reply_not_kept': {
    means: 'An answer could not be kept under its `Idempotency-Key`: the same request would be done again.',
  },
  'http.request': { means: 'A request was answered.' },
  'http.shedding': {
    means:
      'There is too much to do, and requests that can wait are answered 503 (at `warn`), or fewer are again (at `info`).',
    todo: 'If it lasts, add a node for the API ([limits](../limits.md)).',
  },
  'mailbox.looked': { means: 'Mails came into the mailbox of bounces, and were read.' },
  'mailbox.not_read': {
    means: 'The mailbox of bounces could not be read. It is tried again.',
    todo: 'Read the reason: server, password, folder.',
  },
  'mailbox.read': { means: 'One mail was read, with what it told of.' },
  'pages.acknowledged': { means: 'Somebody took an alert over, by the link in its message.' },
  'pages.alerts_stopped': { means: 'Somebody stopped following alerts.' },
  'pages.confirmed': { means: 'A link of confirmation was used.' },
  'pages.erased': { means: 'Somebody had their data erased.' },
  'pages.link_asked': { means: 'Somebody asked for the link to their preferences.' },
  'pages.mailbox_limited': {
    means: 'A mailbox has had as many such mails as it may get, and got none more.',
  },
  'pages.preferences_changed': { means: 'Somebody changed their preferences; `fields` names which.' },
  'pages.sign_up_closed': {
    means: 'A sign-up named a list that is not open.',
    todo: 'If a form of yours links there, put the list into `pages.lists`.',
  },
  'pages.signed_up': { means: 'Somebody signed up.' },
  'partition.made': { means: 'Postgres got the partition of a month to come.' },
  'partition.not_made': {
    means:
      'Rows of a month came before its partition, and are in the one for the rest. Nothing is lost by it.',
  },
  'plugin.ended': {
    means: 'The process of a plugin ended, and is started anew after a wait.',
    todo: 'Read why; [plugins](../plugins.md) says what each costs.',
  },
  'plugin.flood': {
    means: 'A plugin said more than is taken down; `dropped` counts the lines.',
    todo: 'Let the plugin log less.',
  },
  'plugin.log': {
    means: 'A plugin’s own line: `said` is its event, `fields` are its fields, the level is its own.',
  },
  'plugin.printed': { means: 'A plugin printed this, instead of logging it.' },
  'plugin.trouble': {
    means: 'A plugin of the settings cannot be used; its channels are closed, all others work.',
    todo: '`broadsheet plugin check` says more.',
  },
  'queue.not_fetched': { means: 'Redis gave no work. It is asked again.' },
  'queue.not_finished': { means: 'That a chunk is done did not reach Redis. The ledger knows.' },
  'queue.not_given_back': { means: 'A chunk did not get back into Redis. The sweep finds it.' },
  'queue.not_looked_after': {
    means: 'Jobs of nodes that died could not be looked for in Redis. It is tried again.',
  },
  'queue.on_its_own': { means: 'Redis is away: this node works from a queue of its own.' },
  'queue.shared_again': { means: 'Redis is back: the queue of all nodes is in use again.' },
  'redis.away': {
    means: 'Redis did not answer at the start. The node works without it until it does.',
    todo: 'Look at the address in `redis`, and at Redis.',
  },
  'redis.connected': { means: 'Redis answers.' },
  'redis.evicts': {
    means: 'Redis may throw away queued work and limits when its memory is short.',
    todo: '`CONFIG SET maxmemory-policy noeviction`, and the same in its file.',
  },
  'redis.lost': {
    means: 'Redis went away. Nodes work on from the store; nothing is lost or doubled.',
    todo: 'If `redis.connected` does not follow, look at Redis.',
  },
  'redis.unfit': {
    means: 'Redis answers again, and is one that cannot be worked with.',
    todo: 'Read the reason: its version, or a node of a cluster under `redis://`.',
  },
  'replica.back': { means: 'The replica is asked for reports again.' },
  'replica.left': {
    means: 'The replica is away or too far behind: the primary is asked for reports.',
    todo: 'If `replica.back` does not follow, look at its replication.',
  },
  'ses.account_unknown': {
    means:
      'SES did not say how fast may be sent. Letters go all the same, at `maxRate`, or one a second without it.',
    todo: 'Allow the key `ses:GetAccount`, or set `maxRate`.',
  },
  'slack.not_edited': { means: 'A message could not be changed. A new one was posted where one is wanted.' },
  'slack.plain': { means: 'Slack refused the form of a message. It went as plain text.' },
  'smtp.connect.failed': {
    means: 'A connection to the mail server could not be opened; `kind` says how far it came.',
    todo: 'If `channel.opened` follows: `broadsheet doctor` looks at address, TLS and password.',
  },
  'smtp.connected': { means: 'A connection to the mail server was opened.' },
  'smtp.disconnected': { means: 'A connection to the mail server broke in the middle of its work.' },
  'store.connection_lost': {
    means: 'An idle connection to Postgres broke, and is replaced.',
    todo: 'If it repeats, look at Postgres and what is between.',
  },
  'store.failed_over': {
    means: 'Postgres was promoted from a replica since the last connection.',
    todo: 'If `books.doubted` follows, somebody has to confirm.',
  },
  'store.migrated': { means: 'Steps of the schema were taken.' },
  'store.owner_not_written': {
    means: 'Who has the file could not be written beside it. That serves messages only.',
  },
  'stream.client_dropped': {
    means: 'A reader of the stream was too slow, and was let go. It may come back.',
  },
  'subscriber.left': { means: 'Somebody unsubscribed by the link in a letter.' },
  'traces.not_taken': {
    means: 'The collector did not take spans, and they are dropped. No letter waits for it.',
    todo: 'Look at `tracing.otlp`, and at the collector.',
  },
  'traces.taken_again': { means: 'The collector takes spans again.' },
  'webhook.gone': {
    means: 'A webhook answered 410, gone: it is asked no more.',
    todo: 'Take it out of the settings, or give it its new address.',
  },
}
