import type { Context } from 'hono'
import { leavesOpen } from '../../domain/access/grant.ts'
import { reachOf } from '../../domain/access/limits/reach.ts'
import { BRANCH_KINDS, FEED_KINDS, kindsFor } from '../../domain/notices/notice.ts'
import { slugText } from '../../domain/project.ts'
import { listInbox, listProjectNotices } from '../../storage/notices/notices.ts'
import { type Answer, type Caching, cacheControlFor } from '../frame/answers/answers.ts'
import { openBranchesOf } from '../frame/open-parts.ts'
import type { AppEnv } from '../frame/open-request.ts'
import { checkedBranch } from '../frame/request/input.ts'
import { publicOriginOf } from '../frame/request/origin.ts'
import { type App, route } from '../frame/route.ts'
import { type AtomFeed, atomXml } from './atom.ts'

/** Atom feeds of what people are told of: their own, those of a project, and those of a branch. */
export function mountFeeds(app: App): void {
  route(app, 'GET /feed.atom', async (c, { grant }) => {
    const notices = await listInbox(c.env.stores.db, reachOf(grant), kindsFor(grant))
    return answerFeed(c, { title: 'Notices', path: '/feed.atom', page: '/notices', notices }, 'private')
  })

  route(
    app,
    'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/feed.atom',
    async (c, { grant, near, project }) => {
      const branch = openBranchesOf({ grant })
      // What tests do is of all branches at once.
      const kinds = branch === null ? FEED_KINDS : BRANCH_KINDS
      const notices = await listProjectNotices(near.db, project.id, { branch, kinds })
      const slug = slugText(project)
      const isForAll = project.visibility === 'public' && branch === null
      const feed = { title: slug, path: `/${slug}/feed.atom`, page: `/${slug}`, notices }
      return answerFeed(c, feed, isForAll ? FOR_ALL : 'private')
    },
  )

  route(
    app,
    'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/tree/:file{.+\\/feed\\.atom}',
    async (c, { grant, near, project, params }) => {
      const branch = checkedBranch(params.file.slice(0, -'/feed.atom'.length))
      const notices = await listProjectNotices(near.db, project.id, { branch, kinds: BRANCH_KINDS })
      const slug = slugText(project)
      const path = `/${slug}/tree/${branch.split('/').map(encodeURIComponent).join('/')}/feed.atom`
      const page = `/${slug}?branch=${encodeURIComponent(branch)}`
      // A token for badges opens no build, nor what a notice says of one.
      const isPlain = !leavesOpen(grant, 'status:read')
      const feed = { title: `${slug} · ${branch}`, path, page, notices, isPlain }
      return answerFeed(c, feed, project.visibility === 'public' && !isPlain ? FOR_ALL : 'private')
    },
  )
}

const FOR_ALL: Caching = { publicSeconds: 30 }

function answerFeed(c: Context<AppEnv>, feed: Omit<AtomFeed, 'origin'>, caching: Caching): Answer {
  const headers = {
    'Content-Type': 'application/atom+xml; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
    'Access-Control-Allow-Origin': '*',
    'Cache-Control': cacheControlFor(caching),
  }
  return { body: atomXml({ ...feed, origin: publicOriginOf(c) }), headers }
}
