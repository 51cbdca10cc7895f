import type { Command } from 'commander'
import type { Run } from '../../program.ts'
import * as change from './change.ts'
import * as follow from './follow.ts'
import * as heartbeat from './heartbeat.ts'
import * as send from './send.ts'
import * as show from './show.ts'
import * as silence from './silence.ts'
import * as watch from './watch.ts'

export function register(program: Command, run: Run): void {
  const command = program.command('alert').description('what must reach people now: send, list, acknowledge')
  // In the order in which help lists them.
  for (const part of [send, show, change, watch]) part.register(command, run)
  for (const part of [silence, follow, heartbeat]) part.register(program, run)
}
