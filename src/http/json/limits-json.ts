import * as v from 'valibot'
import {
  ACCESS_LEVELS,
  type AccessLevel,
  type Limits,
  MAX_NETWORKS,
  MAX_PROJECTS,
  type WishedLimits,
} from '../../domain/access/limits/limits.ts'
import { parseNetwork } from '../../domain/access/limits/network.ts'
import { MAX_PATTERNS, patternProblem } from '../../domain/access/limits/pattern.ts'
import type { TokenLimits } from '../../domain/access/token.ts'
import { parseSlug, type Slug, slugText } from '../../domain/project.ts'
import { isoOf } from './iso-time.ts'
import { time } from './schemas.ts'
import type { LimitsJson } from './token-shape.ts'

/** The limits of a personal token, as a request writes them: one at least. */
export function personalLimits() {
  return limits({
    access: v.optional(v.picklist(Object.keys(ACCESS_LEVELS) as AccessLevel[], 'must be one of admin, write, read')),
    projects: v.optional(slugs()),
  })
}

/** The limits of a project token. */
export function projectLimits() {
  return v.pipe(
    limits({
      only: v.optional(v.literal('badges', 'must be "badges"')),
      branches: v.optional(patterns()),
      paths: v.optional(patterns()),
    }),
    // They name no projects.
    v.transform((wished) => wished as Limits),
  )
}

function limits<Own extends v.ObjectEntries>(own: Own) {
  return v.pipe(
    v.strictObject({
      ...own,
      cidrs: v.optional(networks()),
      not_before: v.optional(time('must be a time (RFC 3339)')),
    }),
    v.check((input) => Object.keys(input).length > 0, 'must name a limit; null is none'),
    v.transform((input): WishedLimits => {
      const { not_before: notBefore, ...others } = input as LimitsInput
      return { ...others, ...(notBefore === undefined ? {} : { notBefore }) }
    }),
  )
}

type LimitsInput = Omit<WishedLimits, 'notBefore'> & { readonly not_before?: number }

function slugs() {
  const rule = `must be a list of 1 to ${MAX_PROJECTS} projects like gh/acme/web`
  return v.pipe(
    v.array(
      v.pipe(
        v.string('must be a project like gh/acme/web'),
        v.rawTransform<string, Slug>(({ dataset, addIssue, NEVER }) => {
          const slug = parseSlug(dataset.value)
          if (slug) return slug
          addIssue({ message: 'must be a project like gh/acme/web' })
          return NEVER
        }),
      ),
      rule,
    ),
    v.minLength(1, rule),
    v.maxLength(MAX_PROJECTS, rule),
  )
}

function patterns() {
  const rule = `must be a list of 1 to ${MAX_PATTERNS} patterns`
  const pattern = v.pipe(
    v.string('must be a pattern like release/*'),
    v.rawCheck(({ dataset, addIssue }) => {
      const problem = dataset.typed ? patternProblem(dataset.value) : null
      if (problem !== null) addIssue({ message: problem })
    }),
  )
  return v.pipe(v.array(pattern, rule), v.minLength(1, rule), v.maxLength(MAX_PATTERNS, rule))
}

export const NETWORK_RULE = 'must be a network like 10.0.0.0/8 or 2001:db8::/32, or an address'

/** A list of networks, as they are kept. */
export function networks() {
  const rule = `must be a list of 1 to ${MAX_NETWORKS} networks`
  return v.pipe(
    v.array(
      v.pipe(
        v.string(NETWORK_RULE),
        v.rawTransform<string, string>(({ dataset, addIssue, NEVER }) => {
          const network = parseNetwork(dataset.value)
          if (network) return network
          addIssue({ message: NETWORK_RULE })
          return NEVER
        }),
      ),
      rule,
    ),
    v.minLength(1, rule),
    v.maxLength(MAX_NETWORKS, rule),
  )
}

/** What a token opens less; a project that is gone has no slug. */
export function limitsJson(limits: TokenLimits, slugs: ReadonlyMap<string, Slug>): LimitsJson {
  if (limits === null) return null
  if (limits === 'unreadable') return { unreadable: true }
  const { access, only, projects, branches, paths, cidrs, notBefore } = limits
  return {
    ...(access ? { access } : {}),
    ...(only ? { only } : {}),
    ...(projects ? { projects: projects.flatMap((id) => slugs.get(id) ?? []).map(slugText) } : {}),
    ...(branches ? { branches } : {}),
    ...(paths ? { paths } : {}),
    ...(cidrs ? { cidrs } : {}),
    ...(notBefore === undefined ? {} : { not_before: isoOf(notBefore) }),
  }
}
