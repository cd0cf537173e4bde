import type { ReportedStatus } from '../../src/domain/builds/build.ts'
import type { CiJob } from '../ci/ci-job.ts'
import { reportBody } from '../ci/job.ts'
import { askJson } from '../server/http.ts'
import { projectPath } from '../server/open-server.ts'
import type { Server } from '../server/server.ts'
import { answerOf } from './answer.ts'

export type ReportedBuild = { readonly build_num: number; readonly status: string; readonly build_url: string }

export type BuildNews = {
  readonly status: ReportedStatus
  readonly start_time?: string
  readonly stop_time?: string
  readonly steps?: readonly object[]
}

/** Tells the server of the job; the same job again is the same build. */
export async function reportJob(server: Server, job: CiJob, news: BuildNews): Promise<ReportedBuild> {
  const body = { ...reportBody(job), ...news }
  return buildOf(await askJson(server, { method: 'POST', path: `${projectPath(server)}/builds`, json: body }))
}

/** Tells the server of a build that it knows by number. */
export async function updateBuild(server: Server, num: number, news: BuildNews): Promise<ReportedBuild> {
  return buildOf(await askJson(server, { method: 'PATCH', path: `${projectPath(server)}/builds/${num}`, json: news }))
}

function buildOf(answer: unknown): ReportedBuild {
  return answerOf(answer, { build_num: 'count', status: 'text', build_url: 'text' }, 'a build')
}
