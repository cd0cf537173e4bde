import type { Context } from 'hono'
import type { AppEnv } from '../frame/open-request.ts'
import { originLengthOf } from '../frame/request/raw-path.ts'
import { requestLineOf } from '../frame/request/request-line.ts'
import { type App, route } from '../frame/route.ts'

/**
 * Badges under the `.png` of old READMEs lead to the image of that name that there is: an SVG. Whoever shows images
 * follows, with the token that the URL or the headers hold. All names lead on, so that it tells of no project.
 */
export function mountPngBadges(app: App): void {
  route(app, 'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:file{[^/]+\\.png}', toSvg)
  route(app, 'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/tree/:file{.+\\.png}', toSvg)
  route(app, 'GET /status-badge/img/:vcs/:org/:file{[^/]+\\.png}', toSvg)
  route(app, 'GET /status-badge/img/:vcs/:org/:repo/tree/:file{.+\\.png}', toSvg)
}

function toSvg(c: Context<AppEnv>): Response {
  const { url } = requestLineOf(c.req.raw)
  const location = url.slice(originLengthOf(url)).replace(/\.png\/?(?=\?|$)/, '.svg')
  return new Response(null, {
    status: 302,
    headers: { Location: location, 'Cache-Control': 'public, max-age=300', 'Access-Control-Allow-Origin': '*' },
  })
}
