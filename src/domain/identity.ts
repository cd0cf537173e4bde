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
