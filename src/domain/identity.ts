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

/** A login after the name elsewhere; `attempt` makes another one when that is taken. */
export function loginFor(name: string, attempt: number): string {
  const suffix = attempt === 0 ? '' : `-${attempt + 1}`
  const local = name.split('@', 1)[0] ?? ''
  const letters = local.replace(/[^A-Za-z0-9]+/g, '-').slice(0, MAX_LOGIN_LENGTH - suffix.length)
  return `${letters.replace(/^-+|-+$/g, '') || 'person'}${suffix}`
}
