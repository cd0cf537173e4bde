import { askJson } from '../server/http.ts'
import { projectPath } from '../server/open-server.ts'
import type { Server } from '../server/server.ts'
import { answerOf } from './answer.ts'
import { CliError } from './exit.ts'

export type StepNews = {
  /** The reporter's own, by which the step is known again. */
  readonly key: string
  readonly name: string
  readonly status: 'running' | 'success' | 'failed' | 'canceled'
  readonly start_time: string
  readonly end_time?: string
  readonly exit_code?: number
}

/** Tells the server of a step of a build, and gives its number there; null where the server is too old for that. */
export async function reportStep(server: Server, num: number, news: StepNews): Promise<number | null> {
  try {
    const path = `${projectPath(server)}/builds/${num}/steps`
    return answerOf(await askJson(server, { method: 'POST', path, json: news }), { step: 'count' }, 'a step').step
  } catch (error) {
    if (isUnknownRoute(error)) return null
    throw error
  }
}

/** An older server answers as for any address that it does not have; much older ones gave no code. */
function isUnknownRoute(error: unknown): boolean {
  if (!(error instanceof CliError) || (error.status !== 404 && error.status !== 405)) return false
  return error.code === null || error.code === 'route_not_found' || error.code === 'method_not_allowed'
}
