import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import type { Viewer } from '../../../domain/people/session.ts'
import { type Project, slugText } from '../../../domain/project.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { projectPath } from '../frame/paths.ts'
import { type Frame, renderPage } from './layout.tsx'
import { SideNav, type SideSection } from './side-nav.tsx'

/** The sections, each with its path below the project. */
const SECTIONS: readonly SideSection[] = [
  {
    title: 'Project',
    links: [
      { path: '/settings', text: 'General', icon: 'gear' },
      { path: '/settings/badges', text: 'Status Badges', icon: 'badge' },
    ],
  },
  {
    title: 'Permissions',
    links: [
      { path: '/settings/api', text: 'API Permissions', icon: 'key' },
      { path: '/settings/members', text: 'Members', icon: 'people' },
      { path: '/shares', text: 'Share links', icon: 'external' },
    ],
  },
  {
    title: 'Reporting',
    links: [
      { path: '/settings/webhooks', text: 'Webhooks', icon: 'download' },
      { path: '/settings/publishers', text: 'Trusted publishers', icon: 'check' },
      { path: '/settings/notices', text: 'Notices', icon: 'bell' },
      { path: '/settings/retention', text: 'Retention', icon: 'archive' },
    ],
  },
  {
    title: 'More',
    links: [
      { path: '/settings/audit', text: 'Audit log', icon: 'list' },
      { path: '/settings/danger', text: 'Danger zone', icon: 'alert' },
    ],
  },
]

export function settingsPath(project: Project): string {
  return `${projectPath(project)}/settings`
}

/** Who looks at the settings of which project; `here` is the path of the section. */
export type SettingsPlace = { readonly viewer: Viewer; readonly project: Project; readonly here: string }

/** A page of a project's settings. */
export function settingsPage(
  c: Context<AppEnv>,
  { viewer, project, here }: SettingsPlace,
  frame: Pick<Frame, 'title' | 'status' | 'caching' | 'flash'>,
  content: Child,
): Response {
  const base = settingsPath(project)
  const sections = SECTIONS.map(({ title, links }) => ({
    title,
    links: links.map((link) => ({ ...link, path: projectPath(project) + link.path })),
  }))
  const crumbs = [{ text: slugText(project), href: projectPath(project) }, { text: 'Settings' }]
  return renderPage(
    c,
    { ...frame, title: `${frame.title} · ${project.org}/${project.repo}`, viewer, crumbs },
    <div class="settings">
      <SideNav label="Project settings" sections={sections} here={base + here} />
      <div>{content}</div>
    </div>,
  )
}
