import * as v from 'valibot'
import { verifyIdentity } from '../../../actions/verify-identity.ts'
import { matches, tellClaims } from '../../../domain/access/trusted-publisher.ts'
import { AppError } from '../../../domain/error.ts'
import { lazily } from '../../../domain/lazily.ts'
import { parseSlug, type Slug, slugText } from '../../../domain/project.ts'
import { listPublishersOf } from '../../../storage/tokens/publishers.ts'
import { exchangeIdentity, type ReportingSession, renewSession } from '../../../storage/tokens/reporting-tokens.ts'
import { jsonWritten } from '../../frame/answers/answers.ts'
import { isWithinLimit } from '../../frame/request/client-limits.ts'
import { readJson } from '../../frame/request/input.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import { type App, route } from '../../frame/route.ts'
import { isoOf } from '../../json/iso-time.ts'
import type { ReportingTokenJson } from './oidc-shape.ts'

const MAX_TOKEN_LENGTH = 16_384
export const exchangeInput = lazily(() =>
  v.strictObject({
    token: v.pipe(
      v.string('must be a string'),
      v.maxLength(MAX_TOKEN_LENGTH, `must be at most ${MAX_TOKEN_LENGTH} characters long`),
    ),
    project: v.pipe(v.string('must be a string'), v.maxLength(300, 'must be at most 300 characters long')),
  }),
)

/** A CI job's identity token for a reporting token, and that for another while the job lasts. */
export function mountOidc(app: App): void {
  route(app, 'POST /api/buildpass/v1/oidc/exchange', async (c, { actor }) => {
    if (!(await isWithinLimit(c, 'exchanges'))) throw new AppError('too_many_requests')
    const { token, project } = await readJson(c, exchangeInput())
    const { stores, outside, settings } = c.env
    const asked = { audience: publicOriginOf(c), own: settings.ownIssuers }
    const identity = await verifyIdentity(stores, outside, token, asked)
    if (identity.kind === 'unverified') throw unverified()
    if (identity.kind === 'refused')
      throw new AppError('invalid_token', `The identity token is refused. ${identity.reason}`)

    const unmatched = () =>
      // The same for a project that does not exist: its name must not be probeable.
      new AppError('permission_denied', 'No trusted publisher of that project matches the identity token.', {
        problems: tellClaims(identity.issuerKind, identity.claims),
      })
    const candidates = await listPublishersOf(stores.db, parseSlug(project) ?? NOWHERE, identity.issuer)
    const publisher = candidates.find((candidate) => matches(candidate, identity.claims))
    if (!publisher) throw unmatched()
    const spent = { digest: identity.digest, expiresAt: identity.expiresAt, subject: String(identity.claims.sub) }
    const session = await exchangeIdentity(stores, publisher, spent, actor)
    if (session === 'no_publisher') throw unmatched()
    if (session === 'used')
      throw new AppError('invalid_token', 'The identity token is refused. It was exchanged before, and is good once.')
    return jsonWritten(c, sessionJson(publisher, session), 201)
  })

  route(app, 'POST /api/buildpass/v1/oidc/renew', async (c, { actor, grant }) => {
    const session = grant.kind === 'reporting' ? await renewSession(c.env.stores, grant.tokenId, actor) : null
    if (grant.kind !== 'reporting' || !session)
      throw new AppError('permission_denied', 'This token cannot be renewed: exchange an identity token for a new one.')
    return jsonWritten(c, sessionJson(grant.project, session), 201)
  })
}

/** One answer for everybody who cannot sign, whichever issuers this server accepts. The keys may be readable again after a moment. */
function unverified(): AppError {
  return new AppError(
    'invalid_token',
    'The identity token is refused. Its signature could not be verified: another key signed it, its issuer is not expected here, or the issuer’s keys could not be read just now.',
    { headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) } },
  )
}

// Two of these outlast the time in which keys that could not be read are not asked for again.
const RETRY_AFTER_SECONDS = 15

// No name can be empty, so no project is called so; the look-up is made all the same.
const NOWHERE: Slug = { vcs: 'gh', org: '', repo: '' }

function sessionJson(project: Slug, { secret, expiresAt, renewableUntil }: ReportingSession): ReportingTokenJson {
  return {
    project: slugText(project),
    token: secret,
    expires_at: isoOf(expiresAt),
    renewable_until: isoOf(renewableUntil),
  }
}
