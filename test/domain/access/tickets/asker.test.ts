import { expect, it } from 'vitest'
import type { Principal } from '../../../../src/domain/access/grant.ts'
import { askerOf, type ShareHolder } from '../../../../src/domain/access/tickets/asker.ts'
import type { Project } from '../../../../src/domain/project.ts'

const project = { id: 'p' } as Project

it.each<[string, Principal | ShareHolder | null, object]>([
  ['nobody', null, { tokenId: null, sessionId: null, userId: null, shareId: null }],
  [
    'a personal token',
    { kind: 'personal', tokenId: 't', userId: 'u', instanceRole: 'user', limits: null },
    { tokenId: 't', sessionId: null, userId: 'u', shareId: null },
  ],
  [
    'a project’s token',
    { kind: 'project', tokenId: 't', scope: 'all', project, limits: null },
    { tokenId: 't', sessionId: null, userId: null, shareId: null },
  ],
  [
    'a reporting token',
    { kind: 'reporting', tokenId: 't', project, publisherId: null },
    { tokenId: 't', sessionId: null, userId: null, shareId: null },
  ],
  [
    'a browser',
    { kind: 'session', sessionId: 's', userId: 'u', instanceRole: 'user' },
    { tokenId: null, sessionId: 's', userId: 'u', shareId: null },
  ],
  ['a share link', { kind: 'share', shareId: 'l' }, { tokenId: null, sessionId: null, userId: null, shareId: 'l' }],
])('what is signed for %s has the ids by which its right ends', (_, grant, ids) => {
  expect(askerOf(grant, 'p')).toStrictEqual({ ...ids, projectId: 'p' })
})
