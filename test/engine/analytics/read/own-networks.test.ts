import { expect, test } from 'vitest'
import { createReadClassifier } from '../../../../engine/analytics/read/classify.ts'
import type { Read } from '../../../../engine/analytics/read/read.ts'
import { openHouse } from '../../support/house.ts'
import { navigation } from './corpus/case.ts'
import { browsers } from './corpus/people.ts'

const click = (ip: string): Read => ({
  type: 'clicked',
  at: 0,
  method: 'GET',
  ip,
  agent: browsers['Chrome, Windows'],
  headers: navigation,
  link: 0,
  links: 10,
  sentAt: null,
})

test('networks that the operator knows count before those that everybody knows', () => {
  const plain = createReadClassifier()
  const own = createReadClassifier({ scanners: ['203.0.113.0/24'], people: ['52.100.14.8/32', '3.0.0.0/8'] })
  const classOf = (classifier: typeof plain, ip: string) => classifier.classify(click(ip), []).class
  // A gateway in the cellar; a desktop in Microsoft's network; a way out through Amazon, whose network is in the table as it is.
  for (const [ip, before, after] of [
    ['203.0.113.9', 'human', 'scanner'],
    ['52.100.14.8', 'scanner', 'human'],
    ['3.88.17.4', 'unknown', 'human'],
    ['52.100.14.9', 'scanner', 'scanner'],
  ])
    expect([ip, classOf(plain, ip!), classOf(own, ip!)]).toEqual([ip, before, after])
})

test('what is no network is refused at the start', async () => {
  await expect(
    openHouse({ people: 0, config: { reads: { scanners: ['10.0.0.1/8'] } } }),
  ).rejects.toMatchObject({
    code: 'E_CONFIG',
    message: expect.stringContaining('"10.0.0.1/8" is not a network'),
  })
})
