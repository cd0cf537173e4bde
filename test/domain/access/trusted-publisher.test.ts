import { describe, expect, it } from 'vitest'
import {
  claimProblems,
  issuerFor,
  issuerKindOf,
  keysUrlFor,
  matches,
  parseOwnIssuers,
} from '../../../src/domain/access/trusted-publisher.ts'

const ORG = '84996744-a854-4f5e-aea3-04e2851dc1d2'
const OWN = parseOwnIssuers('gitlab=https://gitlab.example.com, github=https://github.example.com/_services/token')

describe('an issuer', () => {
  it.each([
    ['https://token.actions.githubusercontent.com', 'github', '/.well-known/jwks'],
    ['https://gitlab.com', 'gitlab', '/oauth/discovery/keys'],
    [`https://oidc.circleci.com/org/${ORG}`, 'circleci', '/.well-known/jwks-pub.json'],
    ['https://agent.buildkite.com', 'buildkite', '/.well-known/jwks'],
    ['https://gitlab.example.com', 'gitlab', '/oauth/discovery/keys'],
    ['https://github.example.com/_services/token', 'github', '/.well-known/jwks'],
  ] as const)('%s is of kind %s', (issuer, kind, path) => {
    expect(issuerKindOf(issuer, OWN)).toBe(kind)
    expect(keysUrlFor(kind, issuer)).toBe(issuer + path)
  })

  it.each([
    '',
    'https://gitlab.com/',
    'http://gitlab.com',
    'https://gitlab.com.evil.example',
    'https://oidc.circleci.com/org/not-an-id',
    `https://oidc.circleci.com/org/${ORG}/../x`,
    'https://evil.example/org/https://gitlab.com',
    'constructor',
  ])('%s is not trusted', (issuer) => {
    expect(issuerKindOf(issuer, OWN)).toBeNull()
  })

  it('of somebody’s own is an https URL, but on loopback', () => {
    expect(parseOwnIssuers(undefined)).toEqual([])
    expect(parseOwnIssuers('gitlab=http://127.0.0.1:8080')).toEqual([
      { kind: 'gitlab', issuer: 'http://127.0.0.1:8080' },
    ])
    for (const text of [
      'gitlab',
      'travis=https://x.example',
      'gitlab=http://x.example',
      'gitlab=https://x.example/',
      'gitlab=https://x.example?a',
    ])
      expect(() => parseOwnIssuers(text), text).toThrow('OIDC_ISSUERS must be')
  })

  it('is the usual one unless an own one of the kind is named', () => {
    expect(issuerFor('gitlab', null, {}, OWN)).toBe('https://gitlab.com')
    expect(issuerFor('gitlab', 'https://gitlab.example.com', {}, OWN)).toBe('https://gitlab.example.com')
    expect(issuerFor('buildkite', 'https://gitlab.example.com', {}, OWN)).toBeNull()
    expect(issuerFor('gitlab', 'http://169.254.169.254', {}, OWN)).toBeNull()
    expect(issuerFor('circleci', null, { 'oidc.circleci.com/org-id': ORG }, OWN)).toBe(
      `https://oidc.circleci.com/org/${ORG}`,
    )
  })
})

describe('claims', () => {
  it('must pin an id that cannot pass to somebody else', () => {
    expect(claimProblems('github', { repository: 'acme/web' }).map(({ path }) => path)).toEqual([
      'claims.repository_id',
      'claims.repository',
    ])
    expect(claimProblems('github', { repository_id: 'acme/web' })).toMatchObject([
      { message: 'must be a number, not a name' },
    ])
    expect(claimProblems('gitlab', { ref: 'main' })).toMatchObject([
      { path: 'claims.project_id', message: 'is required' },
    ])
    expect(claimProblems('circleci', { 'oidc.circleci.com/project-id': ORG })).toMatchObject([
      { path: 'claims.oidc.circleci.com/org-id' },
    ])
    expect(claimProblems('buildkite', { pipeline_id: 'web' })).toMatchObject([
      { message: 'must be a UUID in lower case' },
    ])
    expect(claimProblems('github', { repository_id: '1', ref: 'refs/heads/main', environment: 'production' })).toEqual(
      [],
    )
    expect(claimProblems('github', { repository_id: '1', ref: 'refs/heads/*' })).toMatchObject([{ path: 'claims.ref' }])
  })

  it('match to the letter, each that is pinned', () => {
    const claims = { repository_id: '1', ref: 'refs/heads/main' }
    expect(matches({ claims }, { ...claims, sub: 'x' })).toBe(true)
    expect(matches({ claims }, { ...claims, repository_id: 1 })).toBe(true)
    expect(matches({ claims }, { ...claims, ref: 'refs/heads/main2' })).toBe(false)
    expect(matches({ claims }, { repository_id: '1' })).toBe(false)
    expect(matches({ claims }, { ...claims, ref: ['refs/heads/main'] })).toBe(false)
    expect(matches({ claims: {} }, claims)).toBe(false)
    expect(matches({ claims: { constructor: 'x' } }, {})).toBe(false)
  })

  it('of a job that somebody re-ran with a shell do not match', () => {
    const claims = { 'oidc.circleci.com/project-id': ORG }
    expect(matches({ claims }, { ...claims, 'oidc.circleci.com/ssh-rerun': false })).toBe(true)
    expect(matches({ claims }, { ...claims, 'oidc.circleci.com/ssh-rerun': true })).toBe(false)
  })
})
