import { type Project, type Role, VCS } from '../../../domain/project.ts'
import { projectPath } from '../frame/paths.ts'
import { Icon } from '../parts/icon.tsx'

/** Whether everybody may read a project. */
export function VisibilityTag({ project }: { project: Project }) {
  return (
    <span class="tag">
      <Icon name={project.visibility === 'public' ? 'globe' : 'lock'} />
      {project.visibility}
    </span>
  )
}

/** The gear next to a project, for those who may turn it. */
export function Gear({ project, role }: { project: Project; role: Role | null }) {
  if (role !== 'admin') return null
  return (
    <a class="gear" href={`${projectPath(project)}/settings`} title="Project settings">
      <Icon name="gear" label={`Project settings of ${project.org}/${project.repo}`} />
    </a>
  )
}

/** Where the code is. */
export function hostNameOf({ vcs }: Project): string {
  return VCS[vcs].provider
}
