import type { Context } from 'hono'
import * as v from 'valibot'
import type { Trigger } from '../../../actions/dispatch-builds.ts'
import type { Grant } from '../../../domain/access/grant.ts'
import type { Person } from '../../../domain/builds/build.ts'
import { invalidInput } from '../../../domain/error.ts'
import { lazily } from '../../../domain/lazily.ts'
import type { Parameters } from '../../../domain/notices/dispatch-target.ts'
import type { Project } from '../../../domain/project.ts'
import { findUser } from '../../../storage/people/users.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { line, namedValues, prose } from '../../json/schemas.ts'

const MAX_PARAMETERS = 50
const MAX_PARAMETER_LENGTH = 4_096
const PARAMETERS_RULE = `must be an object of at most ${MAX_PARAMETERS} names with a string, number or boolean each`

export const parameters = () =>
  v.pipe(
    namedValues(
      line(128),
      v.union([prose(MAX_PARAMETER_LENGTH), v.number(), v.boolean()], PARAMETERS_RULE),
      PARAMETERS_RULE,
    ),
    v.check((all) => Object.keys(all).length <= MAX_PARAMETERS, PARAMETERS_RULE),
  )

// Clients send more than these, each its own; what is not known here changes nothing.
/** The body of v1.1's calls that start a build. */
export const v1TriggerInput = lazily(() =>
  v.object({
    branch: v.nullish(line(1_024)),
    tag: v.nullish(line(1_024)),
    revision: v.nullish(line(200)),
    build_parameters: v.nullish(parameters()),
  }),
)

/** The body of v2's `POST …/pipeline`. */
export const v2TriggerInput = lazily(() =>
  v.object({
    branch: v.nullish(line(1_024)),
    tag: v.nullish(line(1_024)),
    parameters: v.nullish(parameters()),
  }),
)

/** What is asked for; the default branch when neither branch nor tag is named. */
export function triggerOf(
  project: Project,
  input: { branch?: string | null | undefined; tag?: string | null | undefined; revision?: string | null | undefined },
  parameters: Parameters,
  actor: Person | null,
): Trigger {
  const { branch, tag, revision = null } = input
  if (branch && tag) throw invalidInput('tag', 'must not be named together with a branch')
  const ref = tag ? { tag } : { branch: branch || project.defaultBranch }
  const job = parameters.CIRCLE_JOB
  return { ref, revision, jobName: typeof job === 'string' && job !== '' ? job : null, parameters, actor }
}

/** The person who asks, as a pipeline shows them; null for a token that is nobody's. */
export async function askerOf(c: Context<AppEnv>, grant: Grant | null): Promise<Person | null> {
  const user = grant?.kind === 'personal' ? await findUser(c.env.stores.db, grant.userId) : null
  if (!user) return null
  return { login: user.login, name: user.name, ...(user.avatarUrl === null ? {} : { avatar_url: user.avatarUrl }) }
}
