import * as v from 'valibot'
import { ACCESS_LEVELS, type AccessLevel, type Limits } from '../../domain/access/limits/limits.ts'
import { parseNetwork } from '../../domain/access/limits/network.ts'
import { patternProblem } from '../../domain/access/limits/pattern.ts'
import { lazily } from '../../domain/lazily.ts'

/** Limits as they are kept; a limit that this version does not know is none of them. */
export const keptLimits = lazily(() =>
  v.pipe(
    v.strictObject({
      access: v.optional(v.picklist(Object.keys(ACCESS_LEVELS) as AccessLevel[])),
      only: v.optional(v.literal('badges')),
      projects: v.optional(v.pipe(v.array(v.pipe(v.string(), v.minLength(1))), v.minLength(1))),
      branches: v.optional(patterns()),
      paths: v.optional(patterns()),
      cidrs: v.optional(
        v.pipe(
          v.array(
            v.pipe(
              v.string(),
              v.check((text) => parseNetwork(text) === text),
            ),
          ),
          v.minLength(1),
        ),
      ),
      notBefore: v.optional(v.pipe(v.number(), v.safeInteger())),
    }),
    v.check((limits) => Object.keys(limits).length > 0),
  ),
)

function patterns() {
  const pattern = v.pipe(
    v.string(),
    v.check((text) => patternProblem(text) === null),
  )
  return v.pipe(v.array(pattern), v.minLength(1))
}

/** The limits of a token's row: null for none, undefined where they cannot be read, with which a token opens nothing. */
export function limitsIn(text: string | null): Limits | null | undefined {
  if (text === null) return null
  try {
    const parsed = v.safeParse(keptLimits(), JSON.parse(text))
    return parsed.success ? parsed.output : undefined
  } catch {
    return undefined // Not JSON: as unreadable as any other.
  }
}

export function limitsText(limits: Limits | null): string | null {
  return limits && JSON.stringify(limits)
}
