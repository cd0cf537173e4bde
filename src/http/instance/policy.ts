import * as v from 'valibot'
import {
  MAX_POLICY_DAYS,
  MIN_UNUSED_DAYS,
  NO_POLICY,
  type Policy,
  PROJECT_MAKERS,
  type ProjectMakers,
} from '../../domain/access/policy.ts'
import { lazily } from '../../domain/lazily.ts'
import { type Breaking, endBreaking, listBreaking } from '../../storage/tokens/policy/breaking.ts'
import { findPolicy, putPolicy } from '../../storage/tokens/policy/policy.ts'
import { jsonRead, jsonWritten } from '../frame/answers/answers.ts'
import { queryText, readJson } from '../frame/request/input.ts'
import { type App, route } from '../frame/route.ts'
import { isoOf } from '../json/iso-time.ts'
import { networks } from '../json/limits-json.ts'
import { count } from '../json/schemas.ts'
import type { BreakingTokensJson, BrokenEndedJson, PolicyJson } from './policy-shape.ts'

const MAKERS = Object.keys(PROJECT_MAKERS) as ProjectMakers[]

export const policyInput = lazily(() =>
  v.strictObject({
    personal_days: v.nullish(count(1, MAX_POLICY_DAYS)),
    project_days: v.nullish(count(1, MAX_POLICY_DAYS)),
    unused_days: v.nullish(count(MIN_UNUSED_DAYS, MAX_POLICY_DAYS)),
    project_makers: v.nullish(v.picklist(MAKERS, `must be one of ${MAKERS.join(', ')}`)),
    cidrs: v.nullish(networks()),
  }),
)

/** What the owners demand of tokens, and those of before that go against it. */
export function mountPolicy(app: App): void {
  route(app, 'GET /api/buildpass/v1/instance/policy', async (c) =>
    jsonRead(c, policyJson((await findPolicy(c.env.stores.db)).policy)),
  )

  route(app, 'PUT /api/buildpass/v1/instance/policy', async (c, { actor }) => {
    const { personal_days, project_days, unused_days, project_makers, cidrs } = await readJson(c, policyInput())
    const policy: Policy = {
      personalDays: personal_days ?? null,
      projectDays: project_days ?? null,
      unusedDays: unused_days ?? null,
      projectMakers: project_makers ?? NO_POLICY.projectMakers,
      cidrs: cidrs ?? null,
    }
    await putPolicy(c.env.stores, policy, actor)
    return jsonWritten(c, policyJson(policy))
  })

  route(app, 'GET /api/buildpass/v1/instance/policy/breaking', async (c) => {
    const { db } = c.env.stores
    const { policy } = await findPolicy(db)
    const { found, next } = await listBreaking(db, policy, queryText(c, 'after'))
    return jsonRead(c, { items: found.map(breakingJson), next_after: next } satisfies BreakingTokensJson)
  })

  route(app, 'POST /api/buildpass/v1/instance/policy/breaking/end', async (c, { actor }) => {
    const { policy } = await findPolicy(c.env.stores.db)
    const { ended, isAll } = await endBreaking(c.env.stores, policy, actor)
    return jsonWritten(c, { ended, is_all: isAll } satisfies BrokenEndedJson)
  })
}

function policyJson({ personalDays, projectDays, unusedDays, projectMakers, cidrs }: Policy): PolicyJson {
  return {
    personal_days: personalDays,
    project_days: projectDays,
    unused_days: unusedDays,
    project_makers: projectMakers,
    cidrs: cidrs && [...cidrs],
  }
}

function breakingJson({ token, breaches, createdBy, project }: Breaking) {
  const { id, kind, label, createdAt, expiresAt } = token
  return {
    ...{ id, kind, label, project, created_by: createdBy, breaks: [...breaches] },
    time: isoOf(createdAt),
    expires_at: isoOf(expiresAt),
  }
}
