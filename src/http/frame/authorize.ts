import type { Context } from 'hono'
import type { Actor, Right } from '../../domain/access/actor.ts'
import type { Fence } from '../../domain/access/fence.ts'
import { type Grant, isOfPerson, leavesOpen } from '../../domain/access/grant.ts'
import type { AccountAsked } from '../../domain/access/limits/limits.ts'
import type { ReachingGrant } from '../../domain/access/limits/reach.ts'
import { type Permission, permissionsOf, SCOPE_NEEDED } from '../../domain/access/permission.ts'
import { AppError } from '../../domain/error.ts'
import type { Viewer } from '../../domain/people/session.ts'
import { isByIds, type Project, type ProjectName, parseProjectName, type Role } from '../../domain/project.ts'
import { fenceNow } from '../../storage/edge/download-proof.ts'
import { type Access, findAccess } from '../../storage/edge/project-access.ts'
import { noteRefused } from '../../storage/projects/audit.ts'
import type { Place } from '../../storage/projects/place-memory.ts'
import { type ById, findPlace, knownPlace } from '../../storage/projects/places.ts'
import { isOrganizationOf } from '../../storage/projects/projects.ts'
import type { Needs, PageNeeds, ParamsOf } from './access.ts'
import { authenticate, identify, placeOf } from './authenticate.ts'
import type { AppEnv } from './open-request.ts'

export type PersonalGrant = Extract<Grant, { kind: 'personal' }>
export type OnProject = {
  readonly grant: Grant | null
  readonly needs: Permission
  /** When the token of the request expires. */
  readonly grantEndsAt: number | null
  /** The newest entry of the revocation feed before the token was verified: any later end is newer than this. */
  readonly fence: Fence
  readonly project: Project
  readonly role: Role | null
}

/** What a handler gets once its route's needs are met. */
export type Admitted<N extends Needs> = N extends 'anyone'
  ? { readonly needs: N; readonly grant: null }
  : N extends 'each'
    ? { readonly needs: N; readonly grant: Grant | null }
    : N extends 'token' | 'token:admin'
      ? { readonly needs: N; readonly grant: Grant }
      : N extends 'reach'
        ? { readonly needs: N; readonly grant: ReachingGrant }
        : N extends 'user' | 'user:admin' | 'user:create' | 'owner' | 'hidden'
          ? { readonly needs: N; readonly grant: PersonalGrant }
          : OnProject

/** How a route's project is found: by its name on the path or, where that has none (null), by an id, or as `find` does. */
export type SlugSource<Params> = {
  readonly onPath: (params: Params) => ProjectName | null
  readonly byId?: (c: Context<AppEnv>, params: Params) => ById | Promise<ById>
  readonly find?: (c: Context<AppEnv>, params: Params) => Promise<Place | null>
}

/** The project that a path names; null where it names none. */
export function slugOnPath({ vcs = '', org = '', repo = '' }: Readonly<Record<string, string | undefined>>) {
  return parseProjectName(vcs, org, repo)
}

/** The parameters on the path of the request. */
export function paramsOf<N extends string>(c: Context<AppEnv>): ParamsOf<N> {
  // Paths of the first API have no version-control host, since it knew only GitHub. Hono gives all parameters of the path.
  return { vcs: 'gh', ...c.req.param() } as ParamsOf<N>
}

/** Admits the asker, or throws the refusal. */
export async function authorize<N extends Needs, Params>(
  c: Context<AppEnv>,
  needs: N,
  source: SlugSource<Params>,
  params: Params,
): Promise<Admitted<N>> {
  return (await admit(c, needs, source, params)) as Admitted<N>
}

async function admit<Params>(
  c: Context<AppEnv>,
  needs: Needs,
  source: SlugSource<Params>,
  params: Params,
): Promise<Admitted<Needs>> {
  switch (needs) {
    case 'anyone':
      return { needs, grant: null }
    case 'each':
      return { needs, grant: await presentedFor(c, 'account:read') }
    case 'token':
      return { needs, grant: (await presentedFor(c, 'account:read')) ?? loginRequired() }
    case 'token:admin':
      return { needs, grant: (await presentedFor(c, 'account:admin')) ?? loginRequired() }
    case 'user':
      return { needs, grant: await requirePerson(c, 'account:read') }
    case 'user:admin':
      return { needs, grant: await requirePerson(c, 'account:admin') }
    case 'user:create':
      return { needs, grant: await requirePerson(c, 'projects:create') }
    case 'reach':
      return { needs, grant: await requireReaching(c) }
    case 'owner':
      return { needs, grant: await requireOwner(c) }
    case 'hidden':
      return { needs, grant: await requireOwnerOrAbsent(c) }
    case 'runs:list':
    case 'badges:read':
    case 'status:read':
    case 'artifacts:read':
    case 'output:read':
    case 'builds:write':
    case 'shares:write':
    case 'project:admin':
      return requireProject(c, needs, source, params)
  }
}

/** The grant that came along, if its limits leave that open. */
async function presentedFor(c: Context<AppEnv>, asked: AccountAsked): Promise<Grant | null> {
  const grant = (await authenticate(c, null))?.grant ?? null
  if (!leavesOpen(grant, asked)) throw new AppError('permission_denied')
  return grant
}

async function requirePerson(c: Context<AppEnv>, asked: AccountAsked): Promise<PersonalGrant> {
  const grant = (await authenticate(c, null))?.grant
  if (grant?.kind !== 'personal') return loginRequired()
  if (!leavesOpen(grant, asked)) throw new AppError('permission_denied')
  return grant
}

/** Whoever has projects of their own to be told of: a person, or the holder of an organization's token for badges. */
async function requireReaching(c: Context<AppEnv>): Promise<ReachingGrant> {
  const grant = (await authenticate(c, null))?.grant
  if (grant?.kind !== 'organization') return requirePerson(c, 'account:read')
  if (!permissionsOf(grant.scope).includes('badges:read') || !leavesOpen(grant, 'badges:read'))
    throw new AppError('permission_denied')
  return grant
}

async function requireOwner(c: Context<AppEnv>): Promise<PersonalGrant> {
  const grant = await requirePerson(c, 'instance:admin')
  if (grant.instanceRole !== 'owner') throw new AppError('permission_denied')
  return grant
}

/** An owner; for everybody else, whatever the reason, the route does not exist. */
async function requireOwnerOrAbsent(c: Context<AppEnv>): Promise<PersonalGrant> {
  const asker = await identify(c, null)
  if (asker.kind === 'refused' && asker.code === 'unavailable') throw new AppError('unavailable')
  const grant = asker.kind === 'granted' ? asker.grant : null
  if (grant?.kind !== 'personal' || grant.instanceRole !== 'owner' || !leavesOpen(grant, 'instance:admin'))
    throw new AppError('route_not_found')
  return grant
}

function loginRequired(): never {
  throw new AppError('login_required')
}

async function requireProject<Params>(
  c: Context<AppEnv>,
  needs: Permission,
  source: SlugSource<Params>,
  params: Params,
): Promise<OnProject> {
  const { stores } = c.env
  const named = source.onPath(params)
  const fence = fenceNow(stores)
  const presented = await authenticate(c, named && !isByIds(named) ? named : null)
  const grant = presented?.grant ?? null
  const access = await accessTo(c, { grant, needs }, { ...source, named }, params)
  switch (access.decision) {
    case 'allow':
      c.env.trace.projectId = access.project.id
      return {
        needs,
        grant,
        grantEndsAt: presented?.expiresAt ?? null,
        fence,
        project: access.project,
        role: access.role,
      }
    case 'login_required':
      return loginRequired()
    case 'project_not_found':
      throw new AppError('project_not_found')
    case 'unavailable':
      throw new AppError('unavailable')
    case 'permission_denied': {
      if (grant)
        noteRefused(stores, actorOf(c, { needs: 'token', grant }), {
          action: 'token.refused_by_scope',
          detail: { permission: needs },
        })
      const scope = SCOPE_NEEDED[needs]
      throw new AppError('permission_denied', undefined, {
        headers: { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
      })
    }
  }
}

/** The asker's access to the project of a request, however that is named. */
async function accessTo<Params>(
  c: Context<AppEnv>,
  { grant, needs }: { readonly grant: Grant | null; readonly needs: Permission },
  { named, byId: idOf, find }: Pick<SlugSource<Params>, 'byId' | 'find'> & { readonly named: ProjectName | null },
  params: Params,
): Promise<Access> {
  const { stores } = c.env
  if (named && !isByIds(named)) return findAccess(stores, grant, named, needs)
  const at = async (place: Place | null): Promise<Access> => {
    if (!place || (named && !(await isOrganizationOf(named, place.slug)))) return { decision: 'project_not_found' }
    const access = await findAccess(stores, grant, place.slug, needs)
    // The name may have passed to another project since.
    const isOther = access.decision === 'allow' && access.project.id !== place.projectId
    return isOther ? { decision: 'project_not_found' } : access
  }
  const byId = named ? ({ kind: 'project', id: named.projectId } as const) : await idOf?.(c, params)
  if (!byId) return at((await find?.(c, params)) ?? null)
  const known = knownPlace(stores, byId)
  const access = known && (await at(known))
  // Where it was found before, it may be called something else now.
  return access?.decision === 'allow' ? access : at(await findPlace(stores, byId))
}

/** Whoever was admitted: by which need of a route or page, with which grant, and for which project. */
export type Authorized = {
  readonly needs: Needs | PageNeeds
  readonly grant?: Grant | null
  readonly viewer?: Viewer | null
  readonly project?: Project
}

/** Who acts, and by what right. */
export function actorOf(c: Context<AppEnv>, admitted: Authorized): Actor {
  const principal = admitted.viewer ?? admitted.grant ?? null
  return {
    userId: principal && isOfPerson(principal) ? principal.userId : null,
    tokenId: principal && principal.kind !== 'session' ? principal.tokenId : null,
    sessionId: principal?.kind === 'session' ? principal.sessionId : null,
    from: placeOf(c.req.raw),
    right: rightOf(admitted),
  }
}

function rightOf({ needs, project }: Authorized): Right {
  switch (needs) {
    case 'anyone':
      return { kind: 'own' }
    case 'owner':
    case 'hidden':
      return { kind: 'owner' }
    case 'builds:write':
    case 'shares:write':
    case 'project:admin':
      if (!project) throw new Error(`${needs} without a project`)
      return { kind: 'project', projectId: project.id, permission: needs }
    // A right to read lets somebody write only what is their own.
    case 'token':
    case 'token:admin':
    case 'user':
    case 'user:admin':
    case 'user:create':
    case 'reach':
    case 'each':
    case 'session':
    case 'runs:list':
    case 'badges:read':
    case 'status:read':
    case 'artifacts:read':
    case 'output:read':
      return { kind: 'credential' }
  }
}
