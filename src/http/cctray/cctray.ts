import type { Context } from 'hono'
import { reachOf } from '../../domain/access/limits/reach.ts'
import type { AppError } from '../../domain/error.ts'
import { ccStateFor } from '../../domain/formats/cctray.ts'
import { type Project, parseProjectName } from '../../domain/project.ts'
import { listBranchPipelines, listDefaultBranchStates } from '../../storage/builds/branches/branch-feeds.ts'
import type { WhichBranch } from '../../storage/builds/branches/open-branches.ts'
import type { ReadStores } from '../../storage/stores.ts'
import { type Answer, type Caching, cacheControlFor } from '../frame/answers/answers.ts'
import { messageOf, refusalHeaders, statusOf } from '../frame/answers/errors.ts'
import { openBranchesOf } from '../frame/open-parts.ts'
import type { AppEnv } from '../frame/open-request.ts'
import { checkedBranch } from '../frame/request/input.ts'
import { publicOriginOf } from '../frame/request/origin.ts'
import { type App, route } from '../frame/route.ts'
import { type CcProject, ccTrayXml, refusalXml } from './cctray-xml.ts'

/** CCTray feeds, for the build lights and menu-bar monitors that read them. */
export function mountCcTray(app: App): void {
  route(
    app,
    'GET /cc.xml',
    async (c, { grant }) => {
      const projects = await listDefaultBranchStates(c.env.stores, reachOf(grant), openBranchesOf({ grant }))
      const rows = projects.map(({ project, state }) => ({
        ...rowNames(c, project, project.defaultBranch),
        ...(state ?? neverBuilt(project.createdAt)),
      }))
      return feed(rows, 'private')
    },
    { refuse: refuseWithXml },
  )

  route(
    app,
    'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:file{[^/]+\\.cc\\.xml}',
    (c, { grant, near, project }) => branchFeed(c, { near, project }, openBranchesOf({ grant })),
    {
      slug: { onPath: (params) => parseProjectName(params.vcs, params.org, nameOf(params)) },
      refuse: refuseWithXml,
    },
  )

  route(
    app,
    'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/tree/:file{.+\\.cc\\.xml}',
    (c, { near, project, params }) => branchFeed(c, { near, project }, checkedBranch(nameOf(params))),
    { refuse: refuseWithXml },
  )
}

async function branchFeed(
  c: Context<AppEnv>,
  { near, project }: { readonly near: ReadStores; readonly project: Project },
  branch: WhichBranch,
): Promise<Answer> {
  const branches = await listBranchPipelines(near.db, project.id, branch)
  // What a token is shown less is not for others to keep.
  const isForAll = project.visibility === 'public' && (branch === null || typeof branch === 'string')
  const rows = branches.flatMap(({ branch, pipelines }) => {
    const state = ccStateFor(pipelines)
    return state ? [{ ...rowNames(c, project, branch), ...state }] : []
  })
  return feed(rows, isForAll ? { publicSeconds: 30 } : 'private')
}

function feed(rows: readonly CcProject[], caching: Caching): Answer {
  return { body: ccTrayXml(rows), headers: { ...XML_HEADERS, 'Cache-Control': cacheControlFor(caching) } }
}

function refuseWithXml(_c: Context<AppEnv>, error: AppError): Response {
  const headers = { ...XML_HEADERS, ...refusalHeaders(error, { offersBasic: true }) }
  return new Response(refusalXml(messageOf(error)), { status: statusOf(error.code), headers })
}

const XML_HEADERS = {
  'Content-Type': 'application/xml; charset=utf-8',
  'X-Content-Type-Options': 'nosniff',
  'Access-Control-Allow-Origin': '*',
}

/** Readers tell rows apart by name: `org/repo` is the default branch, `org/repo/branch` any other. */
function rowNames(c: Context<AppEnv>, project: Project, branch: string): { name: string; webUrl: string } {
  const { vcs, org, repo, defaultBranch } = project
  const name = branch === defaultBranch ? `${org}/${repo}` : `${org}/${repo}/${branch}`
  return { name, webUrl: `${publicOriginOf(c)}/${vcs}/${org}/${repo}?branch=${encodeURIComponent(branch)}` }
}

function neverBuilt(since: number) {
  const unknown = { activity: 'Sleeping', lastBuildStatus: 'Unknown', lastBuildLabel: '0' } as const
  return { ...unknown, lastBuildTime: since }
}

/** The file's name without its ending. */
function nameOf({ file }: { readonly file: string }): string {
  return file.slice(0, -'.cc.xml'.length)
}
