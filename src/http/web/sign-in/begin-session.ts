import type { Context } from 'hono'
import { AppError } from '../../../domain/error.ts'
import { mintSessionSecret, type SignInProof, type Viewer } from '../../../domain/people/session.ts'
import { deleteSession, insertSession } from '../../../storage/people/sessions.ts'
import { actorOf } from '../../frame/authorize.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { redirectTo } from '../frame/flash.ts'
import { sessionCookie } from './session-cookie.ts'

const MAX_USER_AGENT_LENGTH = 300

/**
 * Signs this browser in and leads on to `next`, unless its proof was taken from the person meanwhile. The session is
 * always a new one, and the one that the browser had ends, so that no session that somebody planted can become a
 * person's.
 */
export async function beginSession(
  c: Context<AppEnv>,
  userId: string,
  { proof, next, before }: { readonly proof: SignInProof; readonly next: string; readonly before: Viewer | null },
): Promise<Response> {
  const { stores } = c.env
  // Signing in is the right to it, so a session that is over already is no reason to refuse.
  const actor = actorOf(c, { needs: 'anyone', viewer: before })
  if (before) await deleteSession(stores, before.userId, before.session.id, actor)
  const secret = mintSessionSecret()
  const userAgent = c.req.header('User-Agent')?.slice(0, MAX_USER_AGENT_LENGTH) ?? null
  const session = { ...proof, userId, userAgent, from: actor.from }
  if (!(await insertSession(stores, secret, session)))
    throw new AppError(
      'permission_denied',
      'You were removed from this instance, or this account was unlinked, a moment ago.',
    )
  const response = redirectTo(`/sign-in/done?next=${encodeURIComponent(next)}`)
  response.headers.append('Set-Cookie', sessionCookie(secret))
  return response
}
