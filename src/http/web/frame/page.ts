import type { Context } from 'hono'
import type { Actor } from '../../../domain/access/actor.ts'
import type { Fence } from '../../../domain/access/fence.ts'
import type { Permission } from '../../../domain/access/permission.ts'
import { AppError } from '../../../domain/error.ts'
import type { SessionSecret, Viewer } from '../../../domain/people/session.ts'
import { isByIds, type Project, type ProjectName, type Role } from '../../../domain/project.ts'
import { fenceNow } from '../../../storage/edge/download-proof.ts'
import { asPrimary, findNear } from '../../../storage/edge/near.ts'
import { findAccess } from '../../../storage/edge/project-access.ts'
import { findViewer, isStale, noteSessionUse } from '../../../storage/people/sessions.ts'
import { findSlug } from '../../../storage/projects/projects.ts'
import type { ReadStores } from '../../../storage/stores.ts'
import { RightGone } from '../../../storage/tokens/rights.ts'
import { PAGES, type PageName, type PageNeeds, type ParamsOf, pagePathOf } from '../../frame/access.ts'
import { countryAndColoOf } from '../../frame/authenticate.ts'
import { actorOf, paramsOf, slugOnPath } from '../../frame/authorize.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { clientAddressOf } from '../../frame/request/client-limits.ts'
import { isOwnReader } from '../../frame/request/own-reader.ts'
import { rawPathOf } from '../../frame/request/raw-path.ts'
import { type App, answer, type Refusals, refuseGone } from '../../frame/route.ts'
import { failWithPage, refuseWithPage } from '../parts/refusal.tsx'
import { sessionCookie, sessionSecretOf } from '../sign-in/session-cookie.ts'
import { readForm, requireOwnForm } from './form.ts'

type OnProjectPage<V> = {
  readonly needs: Permission
  readonly viewer: V
  readonly project: Project
  readonly role: Role | null
  readonly fence: Fence
  /** For what decides no right; of a form, and of a page that follows what happens, the primary. */
  readonly near: ReadStores
}
type NeedsAdmitted<N extends PageNeeds> = N extends 'anyone'
  ? { readonly needs: N; readonly viewer: Viewer | null }
  : N extends 'session' | 'owner'
    ? { readonly needs: N; readonly viewer: Viewer }
    : N extends 'status:read' | 'artifacts:read' | 'output:read'
      ? OnProjectPage<Viewer | null>
      : OnProjectPage<Viewer>

/**
 * What a page's handler gets: the viewer, the project if there is one, the parameters of the path and, for a form, its fields
 * and the actor.
 */
export type AdmittedPage<N extends PageName> = NeedsAdmitted<(typeof PAGES)[N]> & {
  readonly params: ParamsOf<N>
} & (N extends `POST ${string}` ? { readonly form: URLSearchParams; readonly actor: Actor } : unknown)

export type PageHandler<N extends PageName> = (
  c: Context<AppEnv>,
  admitted: AdmittedPage<N>,
) => Response | Promise<Response>

/** Mounts a page or a form's handler behind what it needs by the access table. Only a session opens it, never a token. */
export function page<N extends PageName>(app: App, name: N, handler: PageHandler<N>): void {
  const needs = PAGES[name]
  if (!needs) throw new Error(`${name} has no row in the table of pages`)
  const { method, path } = pagePathOf(name)
  app.on(method, path, (c) => {
    let viewer: Viewer | null = null
    const refusals: Refusals = {
      refuse: (c, error) => refuseWithPage(c, error, viewer),
      fail: (c) => failWithPage(c, viewer),
    }
    return answer(c, name, refusals, async () => {
      // Taken before the viewer is verified, so that an end that comes meanwhile counts.
      const fence = fenceNow(c.env.stores)
      const params = paramsOf<N>(c)
      const name = slugOnPath(params)
      // What another's page asks for is answered as to nobody, or it could read a file as its script.
      const secret = isOwnReader(c) ? sessionSecretOf(c) : null
      viewer = secret && (await findViewer(c.env.stores.db, secret, c.env.stores.now()))
      const form = method === 'POST' ? await readForm(c.req.raw) : null
      if (form) requireOwnForm(c, viewer, form)
      const opened = await permitted(c, needs, viewer, name)
      const near = opened.project ? { near: await nearOf(c, method, opened.project.id) } : {}
      const admitted = { needs, viewer, params, fence, ...opened, ...near }
      const asked = form ? { ...admitted, form, actor: actorOf(c, admitted) } : admitted
      let response: Response
      try {
        // The access table decides which of these there are; permitted() has refused requests that lack one.
        response = await handler(c, asked as unknown as AdmittedPage<N>)
      } catch (error) {
        if (!(error instanceof RightGone)) throw error
        return refuseGone(c, error, async () => {
          viewer = secret && (await findViewer(c.env.stores.db, secret, c.env.stores.now()))
          await permitted(c, needs, viewer, name)
        })
      }
      if (viewer && secret) keepAlive(c, viewer, secret, response)
      // For browsers that say nothing of who asks; of a redirect, too.
      response.headers.set('Cross-Origin-Resource-Policy', 'same-origin')
      return response
    })
  })
}

/** Where a page of a project is read. */
async function nearOf(c: Context<AppEnv>, method: string, projectId: string): Promise<ReadStores> {
  const { stores } = c.env
  return method === 'GET' && !rawPathOf(c.req.raw).startsWith('/live/')
    ? findNear(stores, projectId)
    : asPrimary(stores)
}

async function permitted(
  c: Context<AppEnv>,
  needs: PageNeeds,
  viewer: Viewer | null,
  name: ProjectName | null,
): Promise<{ readonly project?: Project; readonly role?: Role | null }> {
  switch (needs) {
    case 'anyone':
      return {}
    case 'session':
      if (!viewer) throw new AppError('login_required')
      return {}
    case 'owner':
      if (!viewer) throw new AppError('login_required')
      // As if there were no such page.
      if (viewer.instanceRole !== 'owner') throw new AppError('route_not_found')
      return {}
    case 'status:read':
    case 'artifacts:read':
    case 'output:read':
    case 'builds:write':
    case 'shares:write':
    case 'project:admin':
      return projectFor(c, needs, viewer, name)
  }
}

async function projectFor(
  c: Context<AppEnv>,
  permission: Permission,
  viewer: Viewer | null,
  name: ProjectName | null,
): Promise<{ project: Project; role: Role | null }> {
  const slug = name && (await findSlug(c.env.stores.db, name))
  const access = slug && (await findAccess(c.env.stores, viewer, slug, permission))
  switch (access?.decision) {
    case 'allow':
      // The name may have passed to another project since.
      if (name && isByIds(name) && access.project.id !== name.projectId) throw new AppError('project_not_found')
      c.env.trace.projectId = access.project.id
      return { project: access.project, role: access.role }
    case 'unavailable':
      throw new AppError('unavailable', 'The database cannot be reached just now.')
    case 'permission_denied': {
      const who = permission === 'project:admin' ? 'admins' : 'members'
      throw new AppError('permission_denied', `Only ${who} of this project can open this page.`)
    }
    default:
      // Whoever is not signed in learns nothing of what there is: private and absent both lead to the sign-in page.
      throw new AppError(viewer ? 'project_not_found' : 'login_required')
  }
}

/** Starts the session's thirty days again, in the database and the browser; at most every ten minutes. */
function keepAlive(c: Context<AppEnv>, viewer: Viewer, secret: SessionSecret, response: Response): void {
  const { stores } = c.env
  // A handler that ended the session, or began another, has set the cookie itself.
  if (!isStale(viewer.session, stores.now()) || response.headers.get('Set-Cookie')?.includes('session=')) return
  const place = countryAndColoOf(c.req.raw)
  const address = clientAddressOf(c.req.raw)
  noteSessionUse(stores, viewer.session.id, place ? `${address} ${place}` : address)
  response.headers.append('Set-Cookie', sessionCookie(secret))
}
