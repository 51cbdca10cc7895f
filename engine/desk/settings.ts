import { type AlertRules, compileRules } from '../alerts/rules.ts'
import type { ChannelCapabilities } from '../channel/index.ts'
import { BroadsheetError, type Issue } from '../errors.ts'
import type { AlertSettings } from '../model/alert-settings.ts'
import { roomOf } from './audience.ts'

/** Each alert by itself and at once. */
const plainRules = {
  route: { receiver: 'default', group_by: ['...'], group_wait: '0s', group_interval: '0s' },
}
const everybody = { rooms: [], people: true, lists: [], sendResolved: true }

/** Rules and receivers as they work. Refuses with E_CONFIG rules that cannot be read, and rooms that are not there. */
export function readAlertSettings(
  settings: AlertSettings,
  channels: ReadonlyMap<string, { readonly capabilities: ChannelCapabilities }>,
): { readonly rules: AlertRules; readonly settings: AlertSettings } {
  const receivers =
    settings.rules === null ? { default: everybody, ...settings.receivers } : settings.receivers
  const issues: Issue[] = []
  for (const [name, { rooms }] of Object.entries(receivers))
    for (const [i, text] of rooms.entries()) {
      const message = problemOf(text)
      if (message !== null) issues.push({ path: `alerts.receivers.${name}.rooms[${i}]`, message })
    }
  const compiled = compileRules(settings.rules ?? plainRules, {
    receivers: new Set(Object.keys(receivers)),
  })
  if ('issues' in compiled)
    for (const { path, message } of compiled.issues)
      issues.push({ path: path === '' ? 'alerts.rules' : `alerts.rules.${path}`, message })
  if (issues.length > 0 || 'issues' in compiled)
    throw new BroadsheetError(
      'E_CONFIG',
      `The settings of alerts have mistakes:\n${issues.map(({ path, message }) => `  ${path}: ${message}`).join('\n')}`,
      { issues },
    )
  return { rules: compiled.ok, settings: { ...settings, receivers } }

  function problemOf(text: string): string | null {
    const { channel, room } = roomOf(text)
    const found = channels.get(channel)
    if (found === undefined)
      return `there is no channel named "${channel}". Configured: ${[...channels.keys()].join(', ') || 'none'}.`
    const { rooms = [], pending = false } = found.capabilities
    // A plugin that is down keeps no daemon from starting.
    if (rooms.includes(room) || pending) return null
    return rooms.length === 0
      ? `channel "${channel}" has no rooms: people follow alerts on it, or give it rooms in its settings.`
      : `channel "${channel}" has no room "${room}". It has: ${rooms.join(', ')}.`
  }
}
