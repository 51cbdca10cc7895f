import { describe, expect, onTestFinished, test } from 'vitest'
import type { BroadsheetError } from '../../engine/errors.ts'
import type { Fact } from '../../engine/model/progress.ts'
import { templateInputSchema } from '../../engine/model/template.ts'
import { openHouse, total } from './support/house.ts'
import { waitFor } from './support/wait.ts'

async function house(options: Parameters<typeof openHouse>[0] = {}) {
  const opened = await openHouse(options)
  onTestFinished(() => opened[Symbol.asyncDispose]())
  return opened
}

const addressesOf = (taken: readonly { readonly to: string }[]) => taken.map(({ to }) => to).toSorted()
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: BroadsheetError) => error.code,
  )

describe('a campaign', () => {
  test('reaches everybody once, each with items of their own interest and the reason', async () => {
    const { engine, channel, campaign, until, counts } = await house()
    const weekly = await campaign()
    await engine.campaigns.start(weekly.id)
    await until(weekly, 'finished')

    expect(new Set(addressesOf(channel.taken)).size).toBe(50)
    expect(channel.taken.length).toBe(50)
    expect(await counts(weekly)).toMatchObject({ audience: 50, sent: 50, queued: 0, handing: 0 })
    const letter = channel.taken.find(({ to }) => to === 'reader1@example.org')!
    expect(letter.text).toContain('Subject: News for Reader 1')
    const { rows } = await engine.campaigns.deliveries(weekly.id, { after: 1, limit: 1 })
    expect(rows[0]!.address).toBe('reader1@example.org')
    expect(rows[0]!.picks.map(({ reason }) => reason)).toEqual([
      'because you follow Climate',
      'because you follow Climate',
      'because you follow Climate',
    ])
  })

  test('tells its progress in order, with sums that hold at every moment', async () => {
    const { engine, campaign, until } = await house()
    const facts: Fact[] = []
    engine.listen((fact) => facts.push(fact))
    const weekly = await campaign()
    await engine.campaigns.start(weekly.id)
    await until(weekly, 'finished')
    await waitFor('the last fact', () => facts.at(-1)?.type === 'publication.progress')

    const progress = facts.flatMap((fact) => (fact.type === 'publication.progress' ? [fact.progress] : []))
    for (const { counts } of progress) expect(total(counts)).toBe(counts.audience)
    expect(progress.at(-1)).toMatchObject({ state: 'finished', counts: { sent: 50 } })
    const states = facts.flatMap((fact) => (fact.type === 'campaign.changed' ? [fact.campaign.state] : []))
    expect(states).toEqual(['running', 'finished'])
  })

  test('pauses with the next batch and goes on without a copy', async () => {
    const { engine, channel, campaign, until, counts } = await house({ delivery: { lanes: 1 } })
    const weekly = await campaign()
    let batches = 0
    channel.before = async () => {
      if (++batches === 2) await engine.campaigns.pause(weekly.id)
    }
    await engine.campaigns.start(weekly.id)
    await until(weekly, 'paused')
    await waitFor('the batch under way', async () => (await counts(weekly)).handing === 0)
    expect(channel.taken.length).toBe(20)

    await engine.campaigns.resume(weekly.id)
    await until(weekly, 'finished')
    expect(addressesOf(channel.taken)).toEqual(
      addressesOf([...new Map(channel.taken.map((one) => [one.to, one])).values()]),
    )
    expect(await counts(weekly)).toMatchObject({ sent: 50 })
  })

  test('cancelled, sends no further batch and leaves the rest queued', async () => {
    const { engine, channel, campaign, until, counts } = await house({ delivery: { lanes: 1 } })
    const weekly = await campaign()
    channel.before = async () => {
      if (channel.taken.length === 10) await engine.campaigns.cancel(weekly.id)
    }
    await engine.campaigns.start(weekly.id)
    await until(weekly, 'cancelled')
    await waitFor('the batch under way', async () => (await counts(weekly)).handing === 0)
    const after = await counts(weekly)
    expect(after.sent).toBe(channel.taken.length)
    expect(after.sent).toBe(20)
    expect(total(after)).toBe(50)
    expect(await codeOf(engine.campaigns.resume(weekly.id))).toBe('E_STATE')
  })

  test('pauses by itself when too many fail for good, and not again for what was accepted by resuming', async () => {
    const { engine, channel, campaign, until, counts } = await house({ delivery: { lanes: 1 } })
    channel.script = () => ({ status: 'permanent', code: '554 5.7.1', detail: 'blocked', suppress: false })
    const weekly = await campaign({ autoPauseAfter: 10, autoPauseShare: 0.5 })
    await engine.campaigns.start(weekly.id)
    const paused = await until(weekly, 'paused')
    expect(paused.reason).toBe('100.0 % failed for good')
    expect((await counts(weekly)).failed).toBeLessThan(50)

    channel.script = () => undefined
    await engine.campaigns.resume(weekly.id)
    await until(weekly, 'finished')
    expect(total(await counts(weekly))).toBe(50)
  })

  test('does not mail who leaves while it runs', async () => {
    const { engine, store, channel, clock, campaign, until, counts } = await house({
      delivery: { lanes: 1, batch: 5 },
    })
    const [news] = await store.lists.byName(['news'])
    const weekly = await campaign()
    let left = false
    channel.before = async () => {
      if (left) return
      left = true
      const last = await store.subscribers.byAddress('reader49@example.org')
      await store.subscribers.leave({
        id: last!.id,
        lists: [news!.id],
        publicationId: null,
        now: clock.now(),
      })
      const other = await store.subscribers.byAddress('reader48@example.org')
      await store.suppressions.add(
        [{ address: other!.address, reason: 'complaint', detail: null }],
        clock.now(),
      )
    }
    await engine.campaigns.start(weekly.id)
    await until(weekly, 'finished')
    expect(addressesOf(channel.taken)).not.toContain('reader49@example.org')
    expect(addressesOf(channel.taken)).not.toContain('reader48@example.org')
    expect(await counts(weekly)).toMatchObject({ sent: 48, suppressed: 2 })
  })

  test('leaves out what a recipient was sent before', async () => {
    const { engine, channel, campaign, until } = await house({ people: 4 })
    for (const name of ['first', 'second']) {
      const one = await campaign({ name })
      await engine.campaigns.start(one.id)
      await until(one, 'finished')
    }
    const links = channel.taken
      .filter(({ to }) => to === 'reader0@example.org')
      .map(({ text }) => [...text.matchAll(/news\.example\/\d+/g)].map(([link]) => link))
    expect(links).toHaveLength(2)
    expect(new Set(links[0]!).isDisjointFrom(new Set(links[1]!))).toBe(true)
    expect(links[1]!.length).toBeGreaterThan(0)
  })

  test('with a once key, reaches a recipient at most once over all campaigns', async () => {
    const { engine, channel, campaign, until, counts } = await house({ people: 12 })
    const one = await campaign({ name: 'one', onceKey: 'terms-2026' })
    await engine.campaigns.start(one.id)
    await until(one, 'finished')
    const two = await campaign({ name: 'two', onceKey: 'terms-2026' })
    await engine.campaigns.start(two.id)
    await until(two, 'finished')
    expect(channel.taken.length).toBe(12)
    expect(await counts(two)).toMatchObject({ sent: 0, skipped: 12 })
  })

  test('is refused when it names what is not there, or when its template does not compile', async () => {
    const { engine, store, clock, campaign } = await house()
    expect(await codeOf(campaign({ lists: ['nobody'], template: 'nothing' }))).toBe('E_INPUT')
    const weekly = await campaign()
    const [daily] = await store.templates.byName(['daily'])
    await store.templates.update(
      daily!.id,
      1,
      { ...daily!, body: 'Hi {{ subscriber.name | }} {% if %}' },
      clock.now(),
    )
    expect(await codeOf(engine.campaigns.start(weekly.id))).toBe('E_TEMPLATE')
    expect((await store.campaigns.get(weekly.id))!.state).toBe('draft')
  })

  test('a template that is not kept is previewed with the newest items, and a partial as if it were a letter', async () => {
    const { engine, store } = await house()
    const source = {
      name: 'draft',
      subject: 'For {{ subscriber.name }}',
      body: '<p>{{ campaign.data.motto }}</p>',
    }
    const template = templateInputSchema.parse({ ...source, kind: 'partial' })
    const to = { address: 'reader2@example.org', data: { motto: 'Slowly' } }
    const preview = await engine.previewTemplate(template, to)
    expect(preview).toMatchObject({ to: to.address, subject: 'For Reader 2', interpreted: [] })
    expect(preview.html).toContain('<p>Slowly</p>')
    expect(preview.picks[0]!.reason).toBe('because you follow Culture')
    expect(await store.templates.byName(['draft'])).toEqual([])
    const broken = engine.previewTemplate({ ...template, body: '{% nope %}' }, to)
    await expect(broken).rejects.toMatchObject({ code: 'E_RENDER' })
  })
})

describe('outcomes', () => {
  test('transient failures are tried again with back-off until the deadline, then failed', async () => {
    const { engine, channel, clock, campaign, until, counts } = await house({ people: 3 })
    const started = clock.now()
    const tries = new Map<string, number[]>()
    channel.script = ({ to }) => {
      tries.set(to, [...(tries.get(to) ?? []), clock.now() - started])
      if (to !== 'reader0@example.org') return undefined
      return {
        status: 'transient',
        code: '451 4.2.0',
        detail: 'later',
        scope: 'recipient',
        retryAfterMs: null,
      }
    }
    const weekly = await campaign({ retryForMs: 600_000 })
    await engine.campaigns.start(weekly.id)
    const finished = await until(weekly, 'finished', 5000)
    expect(finished.state).toBe('finished')
    expect(await counts(weekly)).toMatchObject({ sent: 2, failed: 1 })
    // 1, 2 and 4 minutes after each other; the next would be 8 minutes later, past the deadline.
    const times = tries.get('reader0@example.org')!
    expect(times).toHaveLength(4)
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(60_000)
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(120_000)
    expect(times[3]!).toBeLessThanOrEqual(600_000)
    expect(tries.get('reader1@example.org')).toHaveLength(1)
  })

  test('a bad address fails once, is suppressed, and stops nobody else', async () => {
    const { engine, store, channel, campaign, until, counts } = await house()
    channel.script = ({ to }) =>
      to === 'reader7@example.org'
        ? { status: 'permanent', code: '550 5.1.1', detail: 'no such user', suppress: true }
        : undefined
    const weekly = await campaign()
    await engine.campaigns.start(weekly.id)
    await until(weekly, 'finished')
    expect(await counts(weekly)).toMatchObject({ sent: 49, failed: 1 })
    expect((await store.subscribers.byAddress('reader7@example.org'))!.status).toBe('bounced')
    expect(await store.suppressions.byAddress(['reader7@example.org'])).toHaveLength(1)
  })

  test('an unknown outcome is held, or sent again and flagged, as the campaign says', async () => {
    const { engine, channel, campaign, until, counts } = await house({ people: 3 })
    const lostOnce = () => {
      const lost = new Set<string>()
      return ({ to }: { to: string }) => {
        if (to !== 'reader0@example.org' || lost.has(to)) return undefined
        lost.add(to)
        return { status: 'unknown', code: 'no_reply', detail: 'no answer after the dot' } as const
      }
    }
    channel.script = lostOnce()
    const held = await campaign({ name: 'held', uncertain: 'hold' })
    await engine.campaigns.start(held.id)
    await until(held, 'finished')
    expect(await counts(held)).toMatchObject({ sent: 2, unknown: 1 })
    const unknown = await engine.campaigns.deliveries(held.id, { state: 'unknown', after: 0, limit: 10 })
    expect(unknown.rows.map(({ address }) => address)).toEqual(['reader0@example.org'])

    channel.script = lostOnce()
    channel.taken.length = 0
    const resent = await campaign({ name: 'resent', uncertain: 'resend', selection: { count: 0 } })
    await engine.campaigns.start(resent.id)
    await until(resent, 'finished', 5000)
    expect(await counts(resent)).toMatchObject({ sent: 3, unknown: 0 })
    const copies = channel.taken.filter(({ to }) => to === 'reader0@example.org')
    expect(copies).toHaveLength(2)
    expect(copies[0]!.key).toBe(copies[1]!.key)
    const flagged = await engine.campaigns.deliveries(resent.id, { after: 0, limit: 10 })
    expect(flagged.rows.filter(({ uncertain }) => uncertain > 0).map(({ address }) => address)).toEqual([
      'reader0@example.org',
    ])
  })

  test('"retry failed" sends to the failed and to nobody else', async () => {
    const { engine, channel, campaign, until, counts } = await house({ people: 20 })
    const broken = new Set(['reader3@example.org', 'reader4@example.org'])
    channel.script = ({ to }) =>
      broken.has(to)
        ? { status: 'permanent', code: '554 5.7.1', detail: 'policy', suppress: false }
        : undefined
    const weekly = await campaign({ autoPauseShare: 1 })
    await engine.campaigns.start(weekly.id)
    await until(weekly, 'finished')
    expect(await counts(weekly)).toMatchObject({ sent: 18, failed: 2 })

    channel.taken.length = 0
    channel.script = () => undefined
    expect(await engine.campaigns.retryFailed(weekly.id)).toEqual({ retried: 2 })
    await until(weekly, 'finished')
    expect(addressesOf(channel.taken)).toEqual([...broken].toSorted())
    expect(await counts(weekly)).toMatchObject({ sent: 20, failed: 0 })
  })

  test('a letter that fails to render fails alone, with the place in the template', async () => {
    const { engine, channel, campaign, until, counts } = await house({
      people: 30,
      body: 'Hello {{ subscriber.name }},\nyou owe {% if subscriber.name == "Reader 7" %}{{ subscriber.attributes.debt | required }}{% endif %} nothing.',
    })
    const weekly = await campaign()
    await engine.campaigns.start(weekly.id)
    await until(weekly, 'finished')
    expect(await counts(weekly)).toMatchObject({ sent: 29, failed: 1 })
    expect(channel.taken.length).toBe(29)
    const { rows } = await engine.campaigns.deliveries(weekly.id, { state: 'failed', after: 0, limit: 5 })
    expect(rows[0]).toMatchObject({ address: 'reader7@example.org', code: 'render' })
    expect(rows[0]!.detail).toMatch(/daily body, line 2, column \d+: .*subscriber\.attributes\.debt/)
  })
})

describe('a channel that is down', () => {
  test('fails nobody; sending resumes within 10 s of its return', async () => {
    const { engine, channel, clock, campaign, until, counts } = await house()
    channel.down = 'connection refused'
    const weekly = await campaign()
    await engine.campaigns.start(weekly.id)
    await waitFor(
      'the breaker',
      () => engine.channelStates()[0]!.state === 'open',
      () => clock.advance(100),
    )
    for (let minute = 0; minute < 30; minute++) clock.advance(2000)
    expect(await counts(weekly)).toMatchObject({ sent: 0, failed: 0, unknown: 0 })

    channel.down = null
    const back = clock.now()
    await waitFor(
      'the first letter',
      () => channel.taken.length > 0,
      () => clock.advance(100),
    )
    expect(clock.now() - back).toBeLessThanOrEqual(10_000)
    await until(weekly, 'finished')
    expect(await counts(weekly)).toMatchObject({ sent: 50, failed: 0, unknown: 0 })
    expect(new Set(addressesOf(channel.taken)).size).toBe(channel.taken.length)
  })
})

describe('schedules', () => {
  test('fire at their time, once', async () => {
    const { engine, channel, clock, campaign, until } = await house()
    const weekly = await campaign()
    await engine.campaigns.schedule(weekly.id, clock.now() + 60_000)
    clock.advance(30_000)
    expect(channel.taken.length).toBe(0)
    await until(weekly, 'finished')
    expect(channel.taken.length).toBe(50)
  })

  test('found overdue past their grace, ask instead of firing', async () => {
    const { engine, channel, clock, campaign, until, store } = await house()
    const weekly = await campaign({ graceMs: 60_000 })
    await engine.campaigns.schedule(weekly.id, clock.now() + 60_000)
    clock.jump(5 * 3_600_000)
    await waitFor(
      'the question',
      async () => (await store.campaigns.get(weekly.id))!.reason,
      () => clock.advance(500),
    )
    const asked = (await store.campaigns.get(weekly.id))!
    expect(asked).toMatchObject({ state: 'scheduled', reason: expect.stringContaining('overdue') })
    expect(channel.taken.length).toBe(0)
    await engine.campaigns.start(weekly.id)
    await until(weekly, 'finished')
    expect(channel.taken.length).toBe(50)
  })
})

describe('a daemon that was away', () => {
  test('for longer than the grace, asks before it goes on', async () => {
    const first = await openHouse({ delivery: { lanes: 1 } })
    const weekly = await first.campaign()
    const later = await first.campaign({ name: 'later' })
    let stopping: Promise<void> | null = null
    first.channel.before = () => {
      stopping ??= first.engine.stop()
    }
    await first.engine.campaigns.schedule(later.id, first.clock.now() + 60_000)
    await first.engine.campaigns.start(weekly.id)
    await waitFor('the stop', () => stopping !== null)
    await stopping!
    first.clock.jump(5 * 3_600_000)

    const second = await openHouse({ store: first.store, clock: first.clock, channel: first.channel })
    onTestFinished(async () => {
      await second[Symbol.asyncDispose]()
      await first.store.close()
    })
    expect(await first.store.campaigns.get(weekly.id)).toMatchObject({
      state: 'paused',
      reason: expect.stringContaining('away for 5.0 h'),
    })
    expect(await first.store.campaigns.get(later.id)).toMatchObject({
      state: 'scheduled',
      reason: expect.stringContaining('away for 5.0 h'),
    })
    await second.engine.campaigns.resume(weekly.id)
    await second.until(weekly, 'finished')
    expect(first.channel.taken.length).toBe(50)
  })
})

describe('limits', () => {
  test('hold each recipient domain and the channel to their rate', async () => {
    const { engine, channel, clock, campaign, until } = await house({
      people: 40,
      config: { limits: { domain: { 'example.org': { perSecond: 5 } } } },
    })
    const started = clock.now()
    const at: number[] = []
    channel.script = () => {
      at.push(clock.now() - started)
      return undefined
    }
    const weekly = await campaign()
    await engine.campaigns.start(weekly.id)
    await until(weekly, 'finished')
    expect(at).toHaveLength(40)
    // However late a grant is used: at most a burst of 5 and 5 a second since the start.
    for (const [i, time] of at.entries()) expect(i + 1).toBeLessThanOrEqual(5 + (time / 1000) * 5)
    expect(at.at(-1)!).toBeGreaterThanOrEqual(6000)
  })
})

describe('rehearsals', () => {
  test('preflight names everyone whose letter would fail, and sends nothing', async () => {
    const { engine, channel, campaign } = await house({
      people: 30,
      body: '{% if subscriber.name contains "9" %}{{ subscriber.attributes.x | required }}{% endif %}ok',
    })
    const weekly = await campaign()
    const report = await engine.campaigns.preflight(weekly.id)
    expect(report).toMatchObject({ audience: 30, ok: 27, failed: 3, skipped: 0 })
    expect(report.failures.map(({ address }) => address)).toEqual([
      'reader9@example.org',
      'reader19@example.org',
      'reader29@example.org',
    ])
    expect(channel.taken).toEqual([])
  })

  test('preview shows a subscriber their letter; a test goes to named addresses only', async () => {
    const { engine, channel, campaign, store } = await house()
    const weekly = await campaign()
    const preview = await engine.campaigns.preview(weekly.id, 'reader2@example.org')
    expect(preview).toMatchObject({ subject: 'News for Reader 2', interpreted: [] })
    expect(preview.html).toContain('<h1>Hello Reader 2</h1>')
    expect(preview.text).toContain('Hello Reader 2')
    expect(preview.picks[0]!.reason).toBe('because you follow Culture')

    const outcomes = await engine.campaigns.test(weekly.id, ['boss@example.org', 'reader2@example.org'])
    expect(outcomes.map(({ status }) => status)).toEqual(['sent', 'sent'])
    expect(channel.taken.map(({ to }) => to)).toEqual(['boss@example.org', 'reader2@example.org'])
    expect(channel.taken[1]!.text).toContain('Subject: [Test] News for Reader 2')
    expect((await store.campaigns.get(weekly.id))!.state).toBe('draft')
  })
})

describe('stopping', () => {
  test('finishes what is in flight and leaves nothing unknown; another process goes on', async () => {
    const first = await openHouse({ delivery: { lanes: 1, batch: 5 } })
    const weekly = await first.campaign()
    let stopping: Promise<void> | null = null
    first.channel.before = () => {
      stopping ??= first.engine.stop()
    }
    await first.engine.campaigns.start(weekly.id)
    await waitFor('the stop', () => stopping !== null)
    await stopping!
    const counts = await first.counts(weekly)
    expect(counts).toMatchObject({ handing: 0, unknown: 0 })
    expect(counts.sent).toBe(first.channel.taken.length)
    expect(counts.queued).toBeGreaterThan(0)

    const second = await openHouse({ store: first.store, clock: first.clock, channel: first.channel })
    onTestFinished(async () => {
      await second[Symbol.asyncDispose]()
      await first.store.close()
    })
    await second.until(weekly, 'finished')
    expect(new Set(addressesOf(first.channel.taken)).size).toBe(50)
    expect(first.channel.taken.length).toBe(50)
  })
})
