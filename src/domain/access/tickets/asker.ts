import type { Principal } from '../grant.ts'

/** The ids of whoever asked for something of a project, to check later that they still have the right. */
export type Asker = {
  readonly tokenId: string | null
  /** Set where a page asked. */
  readonly sessionId: string | null
  readonly userId: string | null
  /** Set where a share link asked. */
  readonly shareId: string | null
  readonly projectId: string
}

/** Whoever holds a share link. It admits to nothing else, so this is no principal. */
export type ShareHolder = { readonly kind: 'share'; readonly shareId: string }

export function askerOf(asking: Principal | ShareHolder | null, projectId: string): Asker {
  const nobody = { tokenId: null, sessionId: null, userId: null, shareId: null, projectId }
  switch (asking?.kind) {
    case undefined:
      return nobody
    case 'share':
      return { ...nobody, shareId: asking.shareId }
    case 'session':
      return { ...nobody, sessionId: asking.sessionId, userId: asking.userId }
    case 'personal':
    case 'organization':
      return { ...nobody, tokenId: asking.tokenId, userId: asking.userId }
    case 'project':
    case 'reporting':
      return { ...nobody, tokenId: asking.tokenId }
  }
}
