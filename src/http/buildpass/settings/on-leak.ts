import * as v from 'valibot'
import { AppError } from '../../../domain/error.ts'
import { lazily } from '../../../domain/lazily.ts'
import { ON_LEAK } from '../../../domain/project.ts'
import { findOnLeak, putOnLeak } from '../../../storage/tokens/successors.ts'
import { jsonRead, jsonWritten } from '../../frame/answers/answers.ts'
import { readJson } from '../../frame/request/input.ts'
import { type App, route } from '../../frame/route.ts'
import type { OnLeakJson } from './on-leak-shape.ts'

export const onLeakInput = lazily(() =>
  v.strictObject({ on_leak: v.picklist(ON_LEAK, `must be one of ${ON_LEAK.join(', ')}`) }),
)

/** What becomes of a project's token that was found in public. */
export function mountOnLeak(app: App): void {
  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo/on-leak', async (c, { project }) =>
    jsonRead(c, { on_leak: await findOnLeak(c.env.stores.db, project.id) } satisfies OnLeakJson),
  )

  route(app, 'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/on-leak', async (c, { actor, project }) => {
    const { on_leak } = await readJson(c, onLeakInput())
    if (!(await putOnLeak(c.env.stores, project.id, on_leak, actor))) throw new AppError('project_not_found')
    return jsonWritten(c, { on_leak } satisfies OnLeakJson)
  })
}
