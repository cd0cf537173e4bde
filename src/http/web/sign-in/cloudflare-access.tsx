import type { Context } from 'hono'
import * as v from 'valibot'
import { readIdentityToken, verifyIdentityToken } from '../../../domain/access/identity-token.ts'
import { AppError } from '../../../domain/error.ts'
import { lazily } from '../../../domain/lazily.ts'
import type { Identity } from '../../../domain/people/identity.ts'
import { findKeys, type Outside } from '../../../outside/key-sets.ts'
import type { AccessSettings } from '../../../settings.ts'
import { findOrInsertPerson, linkIdentity } from '../../../storage/people/identities.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import type { App } from '../../frame/route.ts'
import { redirectTo } from '../frame/flash.ts'
import { chargeAttempt } from '../frame/gate.tsx'
import { page } from '../frame/page.ts'
import { sitePathOf } from '../frame/site-path.ts'
import { beginSession } from './begin-session.ts'

/** Signing in by what Cloudflare Access says of each request that it lets through. Its own policy is the allow-list. */
export function mountCloudflareAccess(app: App): void {
  page(app, 'POST /sign-in/access', async (c, { viewer, form }) => {
    await chargeAttempt(c)
    const identity = await requireAccessIdentity(c)
    const userId = await findOrInsertPerson(c.env.stores, identity, { fullName: null, avatarUrl: null })
    const proof = { method: 'access', subject: identity.subject } as const
    return beginSession(c, userId, { proof, next: sitePathOf(form.get('next')), before: viewer })
  })

  page(app, 'POST /account/identities/access', async (c, { actor, viewer }) => {
    const identity = await requireAccessIdentity(c)
    const linked = await linkIdentity(c.env.stores, viewer.userId, identity, actor)
    return redirectTo('/account', linked ? 'identity-linked' : 'identity-taken')
  })
}

async function requireAccessIdentity(c: Context<AppEnv>): Promise<Identity> {
  const { access } = c.env.settings
  if (!access) throw new AppError('route_not_found')
  const identity = await accessIdentityOf(c.env.outside, access, c.req.raw)
  if (!identity) throw new AppError('permission_denied', 'Cloudflare Access did not confirm who you are.')
  return identity
}

const claimsShape = lazily(() => v.object({ sub: v.pipe(v.string(), v.minLength(1)), email: v.optional(v.string()) }))

/** Who Access says is asking; null unless its signature, issuer, audience and times hold. */
export async function accessIdentityOf(
  outside: Outside,
  access: AccessSettings,
  request: Request,
): Promise<Identity | null> {
  const assertion = request.headers.get('Cf-Access-Jwt-Assertion')
  if (!assertion) return null
  try {
    const said = readIdentityToken(assertion)
    if (!said) throw new Error('It is not a JSON Web Token.')
    const source = { url: `${access.issuer}/cdn-cgi/access/certs`, form: 'jwks' } as const
    const keys = await findKeys(outside, source, said.keyId)
    const expected = { ...access, now: outside.now(), toleranceSeconds: 0 }
    const checked = await verifyIdentityToken(assertion, keys, expected)
    if (checked.kind === 'unverified') throw new Error('Its signature does not check out.')
    if (checked.kind === 'refused') throw new Error(checked.reason)
    const { sub, email } = v.parse(claimsShape(), checked.claims)
    return { provider: 'access', subject: sub, name: email ?? sub }
  } catch (error) {
    outside.warn('access_assertion_refused', error)
    return null
  }
}
