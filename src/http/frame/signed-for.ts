import type { Fence } from '../../domain/access/fence.ts'
import type { Principal } from '../../domain/access/grant.ts'
import type { ShareHolder } from '../../domain/access/tickets/asker.ts'
import type { Project } from '../../domain/project.ts'

/** Whom an address is signed for: whoever was admitted to a project's files, and until when. */
export type SignedFor = {
  readonly grant: Principal | ShareHolder | null
  readonly grantEndsAt: number | null
  readonly fence: Fence
  readonly project: Pick<Project, 'id'>
}
