import type { Identity } from '../people/identity.ts'
import type { Slug } from '../project.ts'
import type { Permission } from './permission.ts'

/** What lets somebody leave something behind. It is read again in the transaction that does so. */
export type Right =
  /** The instance itself, or whoever brings a proof of their own: a sign-in, a report of a leak. */
  | { readonly kind: 'own' }
  /** Being who they are: their token or session. */
  | { readonly kind: 'credential' }
  | { readonly kind: 'owner' }
  /** May make projects of that organization. */
  | { readonly kind: 'creator'; readonly org: Pick<Slug, 'vcs' | 'org'> }
  | { readonly kind: 'project'; readonly projectId: string; readonly permission: Permission }
  /** An account elsewhere, by which the actor signs in. */
  | ({ readonly kind: 'identity' } & Pick<Identity, 'provider' | 'subject'>)
  /** A webhook's secret, with which a delivery to that project was signed. */
  | { readonly kind: 'webhook'; readonly webhookId: string; readonly projectId: string }

/** Who acts: by which token or session, from where, and by what right. */
export type Actor = {
  readonly userId: string | null
  readonly tokenId: string | null
  readonly sessionId: string | null
  readonly from: string | null
  readonly right: Right
}

/** The instance itself: its daily tasks, its scripts, what it does on behalf of nobody who is there. */
export const INSTANCE: Actor = { userId: null, tokenId: null, sessionId: null, from: null, right: { kind: 'own' } }

/** The actor as one who may create in the organization: the write looks again whether that still holds. */
export function asCreator(actor: Actor, { vcs, org }: Pick<Slug, 'vcs' | 'org'>): Actor {
  return { ...actor, right: { kind: 'creator', org: { vcs, org } } }
}
