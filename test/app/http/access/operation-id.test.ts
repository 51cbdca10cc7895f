import { expect, test } from 'vitest'
import { operationId, subjectNoun } from '../../../../app/http/operation-id.ts'
import { serve } from '../serve.ts'

test.each([
  ['POST', '/api/v1/campaigns', 'campaign.create', 'campaign'],
  ['POST', '/api/v1/campaigns/:idOrName/start', 'campaign.start', 'campaign'],
  ['GET', '/api/v1/campaigns/:idOrName/progress', 'campaign.progress.read', 'campaign'],
  ['GET', '/api/v1/campaigns/:idOrName/deliveries', 'campaign.delivery.list', 'campaign'],
  ['DELETE', '/api/v1/lists/:idOrName', 'list.remove', 'list'],
  ['PUT', '/api/v1/subscribers/:id/follows/:follow', 'subscriber.follow.replace', 'subscriber'],
  ['POST', '/api/v1/subscribers/import', 'subscriber.import', 'import'],
  ['POST', '/api/v1/ranking/models/:version/activate', 'ranking.model.activate', 'model'],
  ['POST', '/api/v1/access/login', 'access.login', 'login'],
  ['DELETE', '/api/v1/access/sessions', 'access.session.clear', 'session'],
  ['DELETE', '/api/v1/access/sessions/:id', 'access.session.remove', 'session'],
  ['DELETE', '/api/v2/silence/:silenceID', 'alertmanager.silence.remove', 'silence'],
  ['GET', '/api/v1/addresses/check', 'address.check.read', 'check'],
])('%s %s is %s, of a %s', (method, url, id, noun) => {
  expect(operationId(method, url)).toBe(id)
  expect(subjectNoun(url)).toBe(noun)
})

test('no two operations have the same id', async () => {
  await using served = await serve()
  const { paths } = (
    await served.ask<{ paths: Record<string, Record<string, { operationId?: string }>> }>(
      'GET',
      '/openapi.json',
    )
  ).json
  const ids = Object.values(paths).flatMap((methods) =>
    Object.values(methods).flatMap(({ operationId: id }) => id ?? []),
  )
  expect(ids.length).toBeGreaterThan(100)
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
})
