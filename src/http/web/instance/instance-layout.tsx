import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import type { Viewer } from '../../../domain/people/session.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { type Crumb, type Frame, renderPage } from '../parts/layout.tsx'
import { SideNav, type SideSection } from '../parts/side-nav.tsx'

export const USERS_PATH = '/instance/users'
export const TRAFFIC_PATH = '/instance/traffic'
export const POLICY_PATH = '/instance/policy'
export const TOKENS_PATH = '/instance/tokens'

const SECTIONS: readonly SideSection[] = [
  {
    title: 'Instance',
    links: [
      { path: USERS_PATH, text: 'Users', icon: 'people' },
      { path: TOKENS_PATH, text: 'Tokens', icon: 'key' },
      { path: POLICY_PATH, text: 'Token policy', icon: 'key' },
      { path: TRAFFIC_PATH, text: 'Traffic', icon: 'chart' },
    ],
  },
]

/** A page of what the owners look after; `here` is the path of its section. */
export function instancePage(
  c: Context<AppEnv>,
  viewer: Viewer,
  {
    here,
    crumbs = [],
    ...frame
  }: Pick<Frame, 'title' | 'status' | 'caching' | 'flash'> & { here: string; crumbs?: readonly Crumb[] },
  content: Child,
): Response {
  const first = { text: 'Instance', ...(crumbs.length > 0 ? { href: here } : {}) }
  return renderPage(
    c,
    { ...frame, viewer, crumbs: [first, ...crumbs] },
    <div class="settings">
      <SideNav label="Instance" sections={SECTIONS} here={here} />
      <div>{content}</div>
    </div>,
  )
}
