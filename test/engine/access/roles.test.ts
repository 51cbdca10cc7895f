import { expect, test } from 'vitest'
import { isExpired, scopesOfKey } from '../../../engine/model/api-key.ts'
import { roleScopes, scopes } from '../../../engine/model/scope.ts'

// Written out: who may do more than yesterday is decided here a second time.
test('each role may do this, and no more', () => {
  const may = Object.fromEntries(
    Object.entries(roleScopes).map(([role, list]) => [role, [...list].sort().join(' ')]),
  )
  const editor =
    'analytics:read campaigns:read CAMPAIGNS campaigns:write content:read content:write subscribers:read subscribers:write'
  expect(may).toEqual({
    owner: [...scopes].sort().join(' '),
    editor: editor.replace('CAMPAIGNS ', ''),
    sender: editor.replace('CAMPAIGNS', 'campaigns:send'),
    analyst: 'alerts:read analytics:read campaigns:read content:read subscribers:read system:read',
    'alert-duty': 'alerts:read alerts:write system:read',
  })
})

test('a key from before there were scopes may do everything, and never ends', () => {
  expect(scopesOfKey({})).toEqual(new Set(scopes))
  expect(scopesOfKey({ scopes: null })).toEqual(new Set(scopes))
  expect(scopesOfKey({ scopes: [] })).toEqual(new Set())
  expect(scopesOfKey({ scopes: ['alerts:read'] })).toEqual(new Set(['alerts:read']))
  expect([isExpired({}, 1e15), isExpired({ expiresAt: null }, 1e15)]).toEqual([false, false])
  expect([isExpired({ expiresAt: 5 }, 4), isExpired({ expiresAt: 5 }, 5)]).toEqual([false, true])
})
