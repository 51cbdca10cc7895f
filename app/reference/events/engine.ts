import type { Meanings } from './meaning.ts'

/** Events that the engine logs: campaigns, letters, alerts, subscriptions, feeds, what is learned and counted. */
export const engineMeanings: Meanings = {
  'alert.handed': { means: 'Messages of a notification went to a channel, in one call.' },
  'alert.not_made': {
    means: 'Mails of a notification could not be made. They are tried again while they may be.',
    todo: 'Read the reason; mostly `sender` is missing in the settings.',
  },
  'alert.template_failed': {
    means: 'The template `alert` failed, and the mail went out with the words that come with Broadsheet.',
    todo: 'Mend the template: part, line and reason are named. `broadsheet template check` finds the same.',
  },
  'batch.rendered': { means: 'A render thread made the letters of a batch.' },
  'batch.sent': { means: 'A channel took the letters of a batch, or said of each why not.' },
  'beat.failed': {
    means: 'The store did not take the sign of life of this node.',
    todo: 'If it repeats, look at the store.',
  },
  'blackout.began': { means: 'A blackout of the calendar holds: campaigns wait. Alerts do not.' },
  'blackout.ended': { means: 'The blackout is over, and campaigns go on.' },
  'books.doubted': {
    means:
      'The database failed over to a replica that may not have had everything: campaigns with `uncertain: hold` are paused.',
    todo: 'Compare with the log of the mail server, then `broadsheet campaign resume` or `cancel` each.',
  },
  'bounce.not_counted': {
    means: 'A refusal was settled, but not counted against its address. The next one counts again.',
  },
  'cache.load_failed': {
    means: 'What a cache holds could not be read anew. What it has is served on, while that may be.',
    todo: 'If `cache.loads_again` does not follow, look at the store.',
  },
  'cache.loads_again': { means: 'Reading anew works again.' },
  'cache.not_understood': {
    means: 'News from another node could not be read: all that is cached here was forgotten, to be sure.',
    todo: 'Let all nodes run the same version.',
  },
  'campaign.change_failed': {
    means:
      'A change of state that the counts ask for, such as the end, could not be written. The next sweep tries it again.',
    todo: 'If it repeats, look at the store.',
  },
  'campaign.changed': { means: 'A campaign went into another state; `by` names the command or the fact.' },
  'census.failed': {
    means: 'Who came and left was not counted into the hours of the audience. The next turn does it.',
  },
  'census.taken': { means: 'Who came and left was counted, up to an hour.' },
  'channel.closed': { means: 'The breaker of a channel closed: it works again.' },
  'channel.failed_over': {
    means: 'Letters of a channel whose breaker is not closed went by its stand-in.',
    todo: 'See to the first channel if this goes on: its stand-in may have a lower limit.',
  },
  'channel.opened': {
    means:
      'The breaker of a channel opened: nothing goes there until a probe comes through, and no attempts are counted.',
    todo: 'Read `detail`: server away, password refused, certificate over. `broadsheet doctor` looks at the same.',
  },
  'channel.pause_not_kept': {
    means:
      'That a server asked for a pause could not be written: after a restart, and by other nodes, it may be asked too early.',
  },
  'channel.paused': { means: 'A server said when to come back, and is left alone until then.' },
  'channel.probing': {
    means: 'A channel whose breaker is open is asked whether it answers, without a message.',
  },
  'channel.slowed': {
    means:
      'A provider asked for less, and the rate to that domain, or of that channel, was halved. It rises again by itself.',
    todo: 'If it is said every day, send less at once: `limits.domain` or a warm-up.',
  },
  'chunk.failed': {
    means: 'Working a chunk of recipients ended with an error. It is taken up again.',
    todo: 'If the same chunk fails again and again, report the reason: it is a defect, or the store is away.',
  },
  'chunk.halted': { means: 'A chunk was put down, for its campaign was paused or cancelled.' },
  'chunk.lost': {
    means:
      'Another node has the chunk by now, and settles what this one had sent: as unknown, or again, as the campaign says.',
    todo: 'If it repeats, nodes hang or sleep for longer than `delivery.leaseMs`.',
  },
  'chunk.no_channel': {
    means: 'A running campaign goes out over a channel that the settings of this node do not have.',
    todo: 'Bring the channel back under its name, on every node, or cancel the campaign.',
  },
  'chunk.recovered': {
    means:
      'Letters were on the wire when a node died; `recovered` says how many. They are unknown now, or go again, as the campaign says.',
    todo: 'With `uncertain: hold`: look at the list of unknown deliveries of the campaign.',
  },
  'chunk.release_failed': { means: 'A chunk could not be given back. It is free when its lease runs out.' },
  'chunk.stale': { means: 'Another node has the chunk; nothing of this batch was sent.' },
  'desk.failed': {
    means: 'What was decided about alerts could not be written. It is read and decided again.',
    todo: 'If it repeats, alerts are late: look at the store.',
  },
  'desk.group_dropped': { means: 'A group of alerts was of rules that are no longer in the settings.' },
  'desk.not_looked': { means: 'Changed silences or followers could not be read. The next sweep does it.' },
  'desk.not_swept': {
    means: 'The sweep of alerts failed. Everything is read anew with the next.',
    todo: 'If it repeats, alerts are late: look at the store.',
  },
  'desk.taken_up': { means: 'This node decides on alerts from here on; what was open has been read.' },
  'edition.not_begun': {
    means: 'An edition that is due could not begin. It is tried again with the next sweep.',
  },
  'edition.skipped': {
    means: 'A due time of a recurring campaign was let go by; the reason is in the line.',
    todo: 'Send it by hand if it is missed: `broadsheet campaign start`.',
  },
  'feed.failed': {
    means: 'A feed could not be read; `failures` counts them in a row. It is read again, later each time.',
    todo: 'After many: look at its address with `broadsheet feed preview URL`.',
  },
  'feed.gone': {
    means: 'A feed answered 410, gone for good: it is read no more.',
    todo: 'Give it its new address, or `broadsheet feed remove` it.',
  },
  'feed.moved': { means: 'A feed moved for good, and its new address was kept.' },
  'feed.not_kept': {
    means: 'A feed was read, and what came of it could not be written. It is read again.',
  },
  'feed.not_moved': {
    means: 'The new address of a feed could not be kept; somebody may have changed the feed meanwhile.',
  },
  'feed.read': { means: 'A feed was read; counts say what was new, changed and left out.' },
  'feedback.heard': { means: 'A bounce, complaint or reply was taken in, with what was done about it.' },
  'feedback.passed_over': { means: 'A mail told of no delivery, such as a reply of a person.' },
  'feeds.not_swept': { means: 'Which feeds are due could not be read. The next sweep does it.' },
  'learner.draft_refused': {
    means: 'What had been learned about interests could not be read, and is learned anew.',
    todo: 'Restore the database if its file was damaged.',
  },
  'learner.failed': { means: 'Learning from clicks failed. It goes on where it was.' },
  'learner.overtaken': { means: 'Another node learned the same meanwhile; this one goes on from there.' },
  'learner.refused': {
    means: 'What was learned would not be valid, and was left out; the last good version stays.',
    todo: 'Report it with the line: it is a defect.',
  },
  'learner.version': { means: 'A new version of what is learned about interests is in use.' },
  'leases.not_renewed': {
    means:
      'Leases of chunks could not be prolonged. If it lasts for `delivery.leaseMs`, other nodes take them over.',
    todo: 'If it repeats, look at the store.',
  },
  'links.full': {
    means: 'A publication has as many different links as are told apart; further ones are counted as one.',
    todo: 'Keep what is a person’s own out of addresses in the template.',
  },
  'notice.failed': {
    means:
      'What became of a confirmation or another mail to one person could not be written. It is handed over again.',
    todo: 'If it repeats, look at the store.',
  },
  'notice.not_made': {
    means:
      'A confirmation or another mail to one person could not be made. It is tried again while it may be.',
    todo: 'Read the reason; mostly `sender` is missing in the settings.',
  },
  'notice.settled': { means: 'A confirmation or another mail to one person was sent, or given up.' },
  'notice.template_failed': {
    means:
      'A template of your own for such a mail failed, and it went out with the words that come with Broadsheet.',
    todo: 'Mend the template that is named.',
  },
  'notices.failed': {
    means: 'Which mails to single people are due could not be read. The next sweep does it.',
  },
  'notification.made': { means: 'A notification of an alert was decided on, and is on its way.' },
  'plan.done': { means: 'The audience of a campaign is fixed, and cut into chunks.' },
  'plan.failed': {
    means: 'The audience of a campaign could not be fixed. The next sweep tries it again.',
    todo: 'If it repeats, look at the store, and at the segment of the campaign with `broadsheet segment count`.',
  },
  'postings.failed': {
    means:
      'What became of messages of alerts could not be written. They go again when their lease is over: twice rather than never.',
    todo: 'If it repeats, look at the store.',
  },
  'postings.not_renewed': {
    means: 'Leases of messages of alerts could not be prolonged; others may send them too.',
  },
  'postings.not_swept': {
    means: 'Which messages of alerts are due could not be read. The next sweep does it.',
    todo: 'If it repeats, alerts are late: look at the store.',
  },
  'preflight.failed': {
    means: 'What large providers ask for could not be looked at. Nothing was held up by it.',
  },
  'preflight.forced': {
    means: 'Somebody started or scheduled a campaign although the preflight blocks it; the rules are named.',
  },
  'preflight.held': {
    means:
      'A scheduled campaign is due and large providers would refuse or hide it, by the rules named: it waits for somebody.',
    todo: 'Correct that and start it by hand, or start it with `--force`. `broadsheet campaign preflight NAME` says the remedy of each.',
  },
  'preflight.unknown': {
    means:
      'What large providers ask for could not be looked at in time, and the campaign that was due goes out.',
  },
  'preflight.warned': {
    means: 'A campaign goes out with what large providers refuse or hide; the rules are named.',
    todo: '`broadsheet campaign preflight NAME` says the remedy of each.',
  },
  'progress.unknown': {
    means: 'The counts of a campaign could not be read. They are told with the next sweep.',
  },
  'ranking.model_refused': {
    means: 'What was learned about interests could not be read: items are ranked without it.',
    todo: 'If it repeats, look at the store; a new version comes with new clicks.',
  },
  'reads.not_kept': {
    means: 'Opens and clicks were answered, and could not be kept.',
    todo: 'If it repeats, look at the store.',
  },
  'relay.not_understood': {
    means: 'What another node said could not be read.',
    todo: 'Let all nodes run the same version.',
  },
  'render.crashed': {
    means:
      'A batch brought its render thread down, or took too long. It is divided until the recipient is found who does it.',
    todo: 'Look at the deliveries that failed with `render`, and at what those recipients have in their attributes.',
  },
  'render.pool_error': { means: 'A render thread ended. Another one took its place.' },
  'retention.failed': {
    means: 'What is older than `retention` allows could not be deleted. It is tried again the next day.',
    todo: 'If it repeats, look at the store: data are kept longer than was promised.',
  },
  'retention.forgot': { means: 'Rows that were older than `retention` allows were deleted.' },
  'rollup.failed': {
    means: 'Counting events failed. It goes on where it was; figures are behind meanwhile.',
    todo: 'If it repeats, look at the store.',
  },
  'schedule.failed': {
    means: 'A campaign that is due could be neither started nor held. It is tried again with the next sweep.',
  },
  'start.asks': {
    means:
      'The data are from a backup, or nobody was at work for long: what ran is paused, what is overdue waits.',
    todo: 'Look at each campaign, then `broadsheet campaign resume` or `cancel` it.',
  },
  'stop.late': {
    means: 'Not all that was under way ended before the deadline of the stop. The ledger knows what it was.',
  },
  'subscription.changed': { means: 'A subscriber’s status was decided on; `by` names what did it.' },
  'subscription.erased': { means: 'A person’s data were erased.' },
  'subscription.signed_up': { means: 'An address was signed up, here or again.' },
  'sweep.failed': {
    means: 'The sweep for work that is due failed. The next one does it.',
    todo: 'If it repeats, nothing is sent: look at the store.',
  },
}
