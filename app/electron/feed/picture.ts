import type { Alert } from '../../../engine/model/alert.ts'
import type { Campaign } from '../../../engine/model/campaign.ts'
import type { CampaignId } from '../../../engine/model/ids.ts'
import type { Fact, Progress } from '../../../engine/model/progress.ts'

export type FiringAlert = Pick<Alert, 'id' | 'title' | 'severity'>
export type RunningCampaign = Pick<Campaign, 'id' | 'name' | 'title'>

/** A campaign that is being sent. `progress` is null until the first word of it. */
export interface Sending extends RunningCampaign {
  readonly progress: Pick<Progress, 'counts' | 'perSecond' | 'remainingMs'> | null
}

/** What is there when listening begins. */
export interface Present {
  readonly campaigns: readonly { readonly campaign: RunningCampaign; readonly progress: Progress | null }[]
  readonly firing: readonly FiringAlert[]
}

/** What is running: the state that was read, and facts since. */
export interface Picture {
  readonly sending: readonly Sending[]
  readonly firing: readonly FiringAlert[]
  /** Returns alerts that were not firing when last looked at. The first time there are none: those are old news. */
  begin(present: Present): readonly FiringAlert[]
  /** The same for one fact. */
  hear(fact: Fact): readonly FiringAlert[]
  /** Of another daemon nothing is known yet. */
  clear(): void
}

export function createPicture(): Picture {
  const sending = new Map<CampaignId, Sending>()
  const firing = new Map<Alert['id'], FiringAlert>()
  let begun = false

  const alerted = (alert: FiringAlert): readonly FiringAlert[] => {
    const isNew = !firing.has(alert.id)
    firing.set(alert.id, { id: alert.id, title: alert.title, severity: alert.severity })
    return isNew ? [alert] : []
  }

  return {
    get sending() {
      return [...sending.values()]
    },
    get firing() {
      return [...firing.values()]
    },
    begin(present) {
      sending.clear()
      for (const { campaign, progress } of present.campaigns) {
        const { id, name, title } = campaign
        sending.set(id, { id, name, title, progress })
      }
      const before = new Set(firing.keys())
      firing.clear()
      const fresh = present.firing.flatMap(alerted).filter(({ id }) => begun && !before.has(id))
      begun = true
      return fresh
    },
    hear(fact) {
      switch (fact.type) {
        case 'campaign.changed': {
          const { id, name, state } = fact.campaign
          if (state !== 'running') sending.delete(id)
          else if (!sending.has(id)) sending.set(id, { id, name, title: name, progress: null })
          return []
        }
        case 'publication.progress': {
          const { progress } = fact
          const known = sending.get(progress.campaignId)
          if (known !== undefined) sending.set(known.id, { ...known, progress })
          return []
        }
        case 'alert.changed': {
          const { alert } = fact
          if (alert.state === 'firing' || alert.state === 'escalated') return alerted(alert)
          firing.delete(alert.id)
          return []
        }
        case 'edition.skipped':
        case 'channel.changed':
        case 'channel.slowed':
        case 'letter.returned':
        case 'silence.changed':
        case 'heartbeat.changed':
        case 'notification.told':
        case 'analytics.counted':
          return []
      }
    },
    clear() {
      sending.clear()
      firing.clear()
      begun = false
    },
  }
}
