import { isPerson, type Principal } from '../grant.ts'

/** The ids of whoever asked for something of a project, to check later that they still have the right. */
export type Asker = {
  readonly tokenId: string | null
  /** Set where a page asked. */
  readonly sessionId: string | null
  readonly userId: string | null
  readonly projectId: string
}

export function askerOf(grant: Principal | null, projectId: string): Asker {
  return {
    tokenId: grant && grant.kind !== 'session' ? grant.tokenId : null,
    sessionId: grant?.kind === 'session' ? grant.sessionId : null,
    userId: grant && isPerson(grant) ? grant.userId : null,
    projectId,
  }
}
