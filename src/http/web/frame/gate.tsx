import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { AppError } from '../../../domain/error.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { isWithinLimit } from '../../frame/request/client-limits.ts'

/** A card in the middle of the page. */
export function Gate({ title, children }: { title: string; children?: Child }) {
  return (
    <div class="gate card">
      <h1>{title}</h1>
      {children}
    </div>
  )
}

/** At most so many attempts a minute from one address, to sign in or to show by a code who one is. */
export async function chargeAttempt(c: Context<AppEnv>, at = 'attempts to sign in'): Promise<void> {
  if (await isWithinLimit(c, 'signIns')) return
  throw new AppError('too_many_requests', `Too many ${at}: wait a minute, then try again.`)
}
