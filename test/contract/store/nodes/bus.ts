import { afterEach, describe, expect, test } from 'vitest'
import type { Bus } from '../../../../engine/ports/bus.ts'
import { fresh } from '../fixtures.ts'

/** What every bus must do. `open` gives it at two nodes, the same twice where there is but one process. */
export function testBus(
  name: string,
  open: () => Promise<{ readonly here: Bus; readonly there: Bus; readonly close: () => Promise<void> }>,
): void {
  describe(`bus ${name}`, () => {
    const opened: Awaited<ReturnType<typeof open>>[] = []
    afterEach(async () => {
      for (const { close } of opened.splice(0)) await close()
    })
    const openBus = async () => {
      const nodes = await open()
      opened.push(nodes)
      return nodes
    }

    /** What is heard of a topic, and until so much has been. */
    const hearing = (bus: Bus, topic: string) => {
      const texts: string[] = []
      const waiting: (() => void)[] = []
      const end = bus.subscribe(topic, (text) => {
        texts.push(text)
        for (const wake of waiting.splice(0)) wake()
      })
      const until = async (count: number) => {
        while (texts.length < count) await new Promise<void>((resolve) => waiting.push(resolve))
      }
      return { texts, end, until }
    }
    /** Until what the one publishes is heard by the other: nobody hears from the first moment on. */
    const connected = async (from: Bus, to: Bus, topic: string) => {
      let heard = false
      const end = to.subscribe(topic, (text) => {
        if (text === 'are you there?') heard = true
      })
      await expect
        .poll(() => {
          if (!heard) from.publish(topic, 'are you there?')
          return heard
        })
        .toBe(true)
      end()
    }
    const isMessage = (text: string) => text !== 'are you there?'

    test('reaches those who hear that topic, here and on other nodes, in order', async () => {
      const { here, there } = await openBus()
      const topic = fresh('topic')
      const own = hearing(here, topic)
      const other = hearing(there, topic)
      const elsewhere = hearing(there, fresh('other'))
      await connected(here, there, topic)
      const sent = Array.from({ length: 1000 }, (_, i) => `message ${i}`)
      for (const text of sent) here.publish(topic, text)
      await expect.poll(() => other.texts.at(-1)).toBe(sent.at(-1))
      await expect.poll(() => own.texts.at(-1)).toBe(sent.at(-1))
      expect(other.texts.filter(isMessage)).toEqual(sent)
      expect(own.texts.filter(isMessage)).toEqual(sent)
      expect(elsewhere.texts).toEqual([])
    })

    test('any text arrives as it was', async () => {
      const { here, there } = await openBus()
      const topic = fresh('a topic: with {braces} * and ü')
      const { texts } = hearing(there, topic)
      await connected(here, there, topic)
      const sent = [
        '',
        ' ',
        '1 2 3',
        'a\r\nb\n',
        '\u0000',
        'ü🦉',
        JSON.stringify({ a: ['"'] }),
        'x'.repeat(200_000),
      ]
      for (const text of sent) here.publish(topic, text)
      here.publish(topic, 'end')
      await expect.poll(() => texts.at(-1)).toBe('end')
      expect(texts.filter(isMessage)).toEqual([...sent, 'end'])
    })

    test('nobody is called from within publish, nor for what came before', async () => {
      const { here } = await openBus()
      const topic = fresh('topic')
      here.publish(topic, 'before')
      const { texts, until } = hearing(here, topic)
      here.publish(topic, 'after')
      expect(texts).toEqual([])
      await until(1)
      expect(texts).toEqual(['after'])
    })

    test('who ended it hears no more; who remains does, and it may begin again', async () => {
      const { here, there } = await openBus()
      const topic = fresh('topic')
      const first = hearing(there, topic)
      const second = hearing(there, topic)
      await connected(here, there, topic)
      first.end()
      const count = first.texts.length
      here.publish(topic, 'one')
      await expect.poll(() => second.texts.at(-1)).toBe('one')
      second.end()
      second.end()
      const third = hearing(there, topic)
      await connected(here, there, topic)
      here.publish(topic, 'two')
      await expect.poll(() => third.texts.at(-1)).toBe('two')
      expect(first.texts).toHaveLength(count)
      expect(second.texts.at(-1)).toBe('one')
    })

    test('one that is ended in the call before is not called', async () => {
      const { here } = await openBus()
      const topic = fresh('topic')
      const { texts, end, until } = hearing(here, topic)
      const last = hearing(here, topic)
      here.publish(topic, 'one')
      end()
      await last.until(1)
      expect(texts).toEqual([])
      await expect(Promise.race([until(1), Promise.resolve('nothing')])).resolves.toBe('nothing')
    })

    test('a hearer that throws hinders neither the others nor what follows', async () => {
      const { here } = await openBus()
      const topic = fresh('topic')
      here.subscribe(topic, () => {
        throw new Error('a defect')
      })
      const { texts, until } = hearing(here, topic)
      here.publish(topic, 'one')
      here.publish(topic, 'two')
      await until(2)
      expect(texts).toEqual(['one', 'two'])
    })

    test('closed, it neither hears nor publishes', async () => {
      const { here, there } = await openBus()
      const topic = fresh('topic')
      const { texts } = hearing(here, topic)
      await connected(there, here, topic)
      expect(here.hears()).toBe(true)
      const count = texts.length
      await here.close()
      expect(here.hears()).toBe(false)
      await here.close()
      here.publish(topic, 'own')
      there.publish(topic, 'another’s')
      here.subscribe(topic, (text) => texts.push(text))()
      expect(texts).toHaveLength(count)
    })
  })
}
