import { pluginSettingSchema } from '../../../app/plugins/grant.ts'
import { loadPlugin } from '../../../app/plugins/load.ts'
import { openLane } from '../../../app/plugins/process/lane.ts'
import { launchOf } from '../../../app/plugins/process/launch.ts'
import { systemClock } from '../../../engine/clock.ts'
import { silentLog } from '../../../engine/log.ts'

// As a daemon with the channel of one plugin: opens it and stays until it is killed.
const [, , folder = ''] = process.argv
const plugin = loadPlugin(pluginSettingSchema.parse({ package: folder }), folder)
const context = { clock: systemClock, log: silentLog, random: Math.random }
const lane = await openLane({ plugin, launch: launchOf(plugin, {}), settings: {}, context })
const { detail } = await lane.probe(new AbortController().signal)
process.stdout.write(`${detail}\n`)
setInterval(() => {}, 60_000)
