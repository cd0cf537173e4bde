import { describe, expect, it } from 'vitest'
import type { Fenced } from '../../../src/domain/access/fence.ts'
import { type Grant, subjectsOf } from '../../../src/domain/access/grant.ts'
import type { Project } from '../../../src/domain/project.ts'
import { parseCachedGrant, serializeGrant } from '../../../src/storage/edge/cached-grant.ts'
import type { HeldGrant } from '../../../src/storage/edge/grant-memory.ts'

const project: Project = {
  id: 'p',
  vcs: 'gh',
  org: 'a',
  repo: 'b',
  visibility: 'private',
  defaultBranch: 'main',
  repositoryUrl: 'https://git.example/a/b',
}
const grants: readonly Grant[] = [
  { kind: 'personal', tokenId: 't', userId: 'u', instanceRole: 'owner', limits: null },
  { kind: 'project', tokenId: 't', scope: 'view-builds', project, limits: null },
  { kind: 'reporting', tokenId: 't', project, publisherId: null },
  { kind: 'reporting', tokenId: 't', project, publisherId: 'x' },
]
const NOW = 2_000
const PEPPERS = [{ id: 'new' }, { id: 'old' }]

function factOf(grant: Grant, expiresAt: number | null = null): Fenced<HeldGrant> {
  return { value: { grant, expiresAt }, fence: { epoch: 'e', seq: 7, provedAt: 1_000 }, subjects: subjectsOf(grant) }
}

describe('the KV value of a grant', () => {
  it.each(grants)('of %j is read back with its fence and its subjects', (grant) => {
    for (const expiresAt of [null, 5_000]) {
      const fact = factOf(grant, expiresAt)
      expect(parseCachedGrant(serializeGrant(fact, 'old'), NOW, PEPPERS)).toEqual(fact)
    }
  })

  const [personal] = grants
  const good = JSON.parse(serializeGrant(factOf(personal as Grant), 'new')) as Record<string, unknown>

  it.each([
    ['an unknown kind', { ...good, grant: { kind: 'root', tokenId: 't' } }],
    [
      'a scope that is none',
      { ...good, grant: { kind: 'project', tokenId: 't', scope: 'write', project, limits: null } },
    ],
    [
      'a grant that lacks its user',
      { ...good, grant: { kind: 'personal', tokenId: 't', instanceRole: 'user', limits: null } },
    ],
    ['a field that we do not write', { ...good, admin: true }],
    ['no epoch', { ...good, epoch: undefined }],
    ['a seq that is no number', { ...good, seq: '7' }],
    ['a negative seq', { ...good, seq: -1 }],
    ['no time of proof', { ...good, provedAt: null }],
    ['a proof from the future', { ...good, provedAt: NOW + 1 }],
    ['a pepper that is not live any more', { ...good, pepper: 'gone' }],
    ['no pepper', { ...good, pepper: undefined }],
    ['an end that is no time', { ...good, expiresAt: 'never' }],
    ['a list', []],
  ])('with %s is a miss', (_, value) => {
    expect(parseCachedGrant(JSON.stringify(value), NOW, PEPPERS)).toBeNull()
  })

  it.each(['', 'ended', '{', 'null', '"x"', '1'])('that is %j is a miss', (text) => {
    expect(parseCachedGrant(text, NOW, PEPPERS)).toBeNull()
  })
})
