import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import type { Viewer } from '../../../domain/people/session.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { type Frame, renderPage } from '../parts/layout.tsx'
import { SideNav, type SideSection } from '../parts/side-nav.tsx'

const SECTIONS: readonly SideSection[] = [
  {
    title: 'User settings',
    links: [
      { path: '/account', text: 'Profile and sessions', icon: 'screen' },
      { path: '/account/api', text: 'Personal API Tokens', icon: 'key' },
      { path: '/account/organizations', text: 'Organization tokens', icon: 'key' },
      { path: '/account/notices', text: 'Notices', icon: 'bell' },
      { path: '/account/activity', text: 'Activity', icon: 'list' },
    ],
  },
]

/** A page of the user settings; `here` is the path of its section. */
export function accountPage(
  c: Context<AppEnv>,
  viewer: Viewer,
  { here, ...frame }: Pick<Frame, 'title' | 'status' | 'caching' | 'formsLeadTo' | 'flash'> & { readonly here: string },
  content: Child,
): Response {
  const crumbs = [{ text: 'User settings', ...(here === '/account' ? {} : { href: '/account' }) }]
  return renderPage(
    c,
    { ...frame, viewer, crumbs },
    <div class="settings">
      <SideNav label="User settings" sections={SECTIONS} here={here} />
      <div>{content}</div>
    </div>,
  )
}
