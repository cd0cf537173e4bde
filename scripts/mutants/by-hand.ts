// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of source code.
import type { Mutant } from './mutation.ts'

/** A fault that no operator makes: of the file, the text that becomes another one. */
type ByHand = { readonly file: string; readonly text: string; readonly becomes: string; readonly what: string }

/** What somebody who attacked the tests found that none of them noticed; each has a test now. */
const BY_HAND: readonly ByHand[] = [
  {
    file: 'src/storage/edge/project-access.ts',
    text: '`access ${userIdOf(grant)} ${slugKeyFor(slug)}`',
    becomes: '`access ${slugKeyFor(slug)}`',
    what: 'a look-up is shared by different people',
  },
  {
    file: 'src/storage/tokens/revocations.ts',
    text: 'feedSeen(known, state, results.at(-1) as EndRow[], sentAt)',
    becomes: 'feedSeen(known, state, results.at(-1) as EndRow[], stores.now())',
    what: 'the age of the feed counts from after the commit',
  },
  {
    file: 'src/storage/edge/feed-copy.ts',
    text: '{ ...feed, ends: [...feed.ends] }',
    becomes: '{ ...feed, polledAt: stores.now(), ends: [...feed.ends] }',
    what: 'the shared copy says "now"',
  },
  {
    file: 'src/storage/tokens/made.ts',
    text: 'projectId === null ? theirs : sql`project_id = ${projectId} and ${theirs}`',
    becomes: 'theirs',
    what: 'what a person made is ended over all projects',
  },
  {
    file: 'src/storage/tokens/publishers.ts',
    text: 'const which = and(eq(publishers.id, id), eq(publishers.projectId, projectId))\n  const entry',
    becomes: 'const which = eq(publishers.id, id)\n  const entry',
    what: 'a publisher is deleted whosever it is',
  },
  {
    file: 'src/storage/projects/env-vars.ts',
    text: 'db.delete(envVars).where(named(projectId, name))',
    becomes: 'db.delete(envVars).where(eq(envVars.name, name))',
    what: 'a variable is deleted in all projects',
  },
  {
    file: 'src/storage/notices/listeners.ts',
    text: 'and(eq(listeners.id, id), eq(listeners.projectId, projectId))',
    becomes: 'eq(listeners.id, id)',
    what: 'a listener is deleted whosever it is',
  },
  {
    file: 'src/storage/people/sessions.ts',
    text: '${sessions.id} = ${sessionId} and ${sessions.userId} = ${userId}',
    becomes: '${sessions.id} = ${sessionId}',
    what: 'a session is ended whosever it is',
  },
  {
    file: 'src/storage/people/identities.ts',
    text: 'and(isIdentity({ provider, subject }), eq(identities.userId, userId))',
    becomes: 'isIdentity({ provider, subject })',
    what: 'an account is unlinked whosever it is',
  },
  {
    file: 'src/storage/people/sessions.ts',
    text: 'from, right: rightBy(session) }',
    becomes: 'from }',
    what: 'a session begins by an account that was unlinked meanwhile',
  },
  {
    file: 'src/actions/verify-identity.ts',
    text: '`jti ${issuer} ${jti}`',
    becomes: '`jti ${jti}`',
    what: 'a jti is remembered without its issuer',
  },
  {
    file: 'src/domain/access/same-text.ts',
    text: 'encoder.encode(given)',
    becomes: 'encoder.encode(given.slice(0, secret.length))',
    what: 'whatever follows a secret',
  },
  {
    file: 'src/domain/access/same-text.ts',
    text: 'encoder.encode(secret)',
    becomes: 'encoder.encode(secret.slice(0, given.length))',
    what: 'the beginning of a secret is enough',
  },
  {
    file: 'src/http/frame/request/client-limits.ts',
    text: 'limit({ key: clientKeyOf(c.req.raw) })',
    becomes: "limit({ key: 'everybody' })",
    what: 'all clients share one limit',
  },
  {
    file: 'src/domain/access/secret-hash.ts',
    text: 'isLimited ? hash + LIMITED : hash',
    becomes: 'hash',
    what: 'a version that knows no limits finds a limited token',
  },
  {
    file: 'src/storage/tokens/token-ends.ts',
    text: ', isStored(row.hash)',
    becomes: '',
    what: 'a rotation ends the old token although the new one was not stored',
  },
]

/** Those of a file; a text that is not there any more is an error, since the mutant would never be tried. */
export function handMadeOf(file: string, source: string): readonly Mutant[] {
  return BY_HAND.filter((mutant) => mutant.file === file).map(({ text, becomes, what }) => {
    const start = source.indexOf(text)
    if (start < 0 || source.indexOf(text, start + 1) >= 0)
      throw new Error(`${file} has not one place that reads: ${text}`)
    return { file, start, end: start + text.length, text: becomes, what }
  })
}
