/** Suites that adapters run against themselves, with vitest: `import { testChannel } from 'broadsheet/testing'`. */
export { type ChannelSubject, type ReceivedLetter, testChannel } from './channel.ts'
export {
  type Behaviour,
  type NoteChannelSubject,
  type ReceivedPost,
  testNoteChannel,
} from './note-channel.ts'
export { testRanker } from './ranker.ts'
