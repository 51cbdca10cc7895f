import { createReadClassifier } from '../../../../engine/analytics/read/classify.ts'
import type { EarlierRead, Read, ReadReason } from '../../../../engine/analytics/read/read.ts'
import { windowMs } from '../../../../engine/analytics/read/window.ts'
import { type ReadClass, readClasses } from '../../../../engine/model/event.ts'
import type { Case, Labelled } from './corpus/case.ts'

const classifier = createReadClassifier()
const begin = Date.UTC(2026, 10, 23, 8)

export interface Judged {
  readonly of: Case
  readonly read: Labelled
  /** After corrections. */
  readonly class: ReadClass
  readonly reason: ReadReason
}

/** As the intake does: one after the other, earlier ones corrected by later ones. */
export function judge(of: Case): readonly Judged[] {
  const seen: { read: Labelled; class: ReadClass; reason: ReadReason; earlier: EarlierRead }[] = []
  for (const labelled of of.reads) {
    const { type, atMs, method = 'GET', agent, ip, headers, link } = labelled
    const at = begin + atMs
    const read: Read = {
      type,
      at,
      method,
      agent,
      ip,
      headers,
      link,
      links: of.links,
      sentAt: of.sentMs === null ? null : begin - of.sentMs,
    }
    const recent = seen.filter(({ earlier }) => at - earlier.at <= windowMs)
    const verdict = classifier.classify(
      read,
      recent.map(({ class: by, reason, earlier }) => ({ ...earlier, class: by, reason })),
    )
    for (const place of verdict.revises)
      Object.assign(recent[place]!, { class: verdict.class, reason: verdict.reason })
    const { class: by, reason } = verdict
    seen.push({
      read: labelled,
      class: by,
      reason,
      earlier: { at, type, link, ip, agent, class: by, reason },
    })
  }
  return seen.map(({ read, class: by, reason }) => ({ of, read, class: by, reason }))
}

export interface Score {
  readonly class: ReadClass
  readonly cases: number
  readonly precision: number
  /** NaN where there are no cases. */
  readonly recall: number
}

export function scoresOf(judged: readonly Judged[]): readonly Score[] {
  return readClasses.map((by) => {
    const is = judged.filter(({ read }) => read.truth === by)
    const said = judged.filter((one) => one.class === by)
    const right = is.filter((one) => one.class === by).length
    return {
      class: by,
      cases: is.length,
      precision: said.length === 0 ? 1 : right / said.length,
      recall: right / is.length,
    }
  })
}

const percent = (share: number): string => (Number.isNaN(share) ? '–' : `${(share * 100).toFixed(1)} %`)

/** A table for docs/analytics.md. */
export const tableOf = (scores: readonly Score[]): string =>
  [
    '| class | requests | precision | recall |',
    '| --- | ---: | ---: | ---: |',
    ...scores.map(
      (one) => `| ${one.class} | ${one.cases} | ${percent(one.precision)} | ${percent(one.recall)} |`,
    ),
  ].join('\n')
