import { decide } from '../../../domain/access/grant.ts'
import type { OnProject } from '../../frame/authorize.ts'

/** What an answer about runs may show beyond ids, numbers and names. */
export type Shown = { readonly status: boolean; readonly logs: boolean }

/** What the asker may see of this project's runs. */
export function shownTo({ grant, role, project }: Pick<OnProject, 'grant' | 'role' | 'project'>): Shown {
  const may = (permission: 'status:read' | 'output:read') => decide(permission, { grant, role }, project) === 'allow'
  return { status: may('status:read'), logs: may('output:read') }
}
