import { randomBase62 } from '../access/secret.ts'

/** Who vouches for a person. */
export type IdentityProvider = 'github' | 'access'

/** A person as a provider knows them: `subject` never changes there, all else may. */
export type Identity = {
  readonly provider: IdentityProvider
  readonly subject: string
  /** What people know the account by. */
  readonly name: string
}

export const PROVIDERS: Record<IdentityProvider, { readonly name: string }> = {
  github: { name: 'GitHub' },
  access: { name: 'Cloudflare Access' },
}

const MAX_LOGIN_LENGTH = 39
const NUMBERED_LOGINS = 4

/** A login after the name elsewhere; `attempt` makes another one when that is taken, by number and then by chance. */
export function loginFor(name: string, attempt: number): string {
  const suffix = attempt === 0 ? '' : `-${attempt < NUMBERED_LOGINS ? attempt + 1 : randomBase62(6)}`
  const local = name.split('@', 1)[0] ?? ''
  const letters = local.replace(/[^A-Za-z0-9]+/g, '-').slice(0, MAX_LOGIN_LENGTH - suffix.length)
  return `${letters.replace(/^-+|-+$/g, '') || 'person'}${suffix}`
}
