import { isbot } from 'isbot'
import { LRUCache } from 'lru-cache'
import { type AgentKind, knownAgents } from './agent-table.ts'

/** `bare`: `Mozilla/5.0` and nothing else, as Apple's proxies say. `browser`: as browsers say, with or without right. `old`: a browser that no person
 *  has had for years. `bot`: says that it is one. `none`: says nothing. `other`: nothing known. */
export type Agent = AgentKind | 'bare' | 'browser' | 'old' | 'bot' | 'none' | 'other'

// Longer ones are no program's, and every rule looks at all of it.
const maxLength = 1000

// A million people have a few thousand agents.
const seen = new LRUCache<string, Agent>({ max: 5000 })

export function agentOf(text: string): Agent {
  const cut = text.slice(0, maxLength)
  const before = seen.get(cut)
  if (before !== undefined) return before
  const agent = tell(cut)
  seen.set(cut, agent)
  return agent
}

function tell(text: string): Agent {
  const agent = text.trim().toLowerCase()
  if (agent === '' || agent === '-') return 'none'
  if (agent === 'mozilla/5.0') return 'bare'
  const known = knownAgents.find(({ match }) => match.test(agent))
  if (known !== undefined) return known.kind
  if (isbot(text)) return 'bot'
  if (!/^mozilla\/\d\.\d \([^)]/.test(agent)) return 'other'
  return isOld(agent) ? 'old' : 'browser'
}

/** Scanners say for years what a browser once said. Of 2018 and before: none of them can open today's sites. */
const oldest: readonly (readonly [pattern: RegExp, version: number])[] = [
  [/chrome\/(\d{1,4})/, 70],
  [/firefox\/(\d{1,4})/, 60],
  [/\bmsie (\d{1,4})/, 10],
]
const isOld = (agent: string): boolean =>
  oldest.some(([pattern, version]) => {
    const said = pattern.exec(agent)?.[1]
    return said !== undefined && Number(said) < version
  })
