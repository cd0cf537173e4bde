import { visibleText } from '../formats/visible-text.ts'
import type { BuildStatus } from './build.ts'

/** What a badge says of a branch: a build status, or that it has no builds. */
export type BranchStatus = BuildStatus | 'no_builds'

/** Why a badge cannot say anything about builds. */
export type BadgeRefusal = 'project_not_found' | 'invalid_token' | 'no_permission' | 'busy' | 'unknown' | 'bad_request'

export type Badge = {
  readonly label: string
  readonly message: string
  /** The word inside the pill of `style=svg`. */
  readonly pill: string
  readonly color: BadgeColor
  readonly isError: boolean
}

// White text keeps a contrast of 4.5:1 on each of these (WCAG 2.2 §1.4.3), even under the sheen of `style=shield`.
const GREEN = '#1a7f37'
const RED = '#cb3227'
const BLUE = '#1d6fc4'
const AMBER = '#a85400'
const GREY = '#646d78'

export type BadgeColor = typeof GREEN | typeof RED | typeof BLUE | typeof AMBER | typeof GREY

const BADGES: Record<BranchStatus | BadgeRefusal, Omit<Badge, 'label'>> = {
  success: { message: 'passing', pill: 'PASSED', color: GREEN, isError: false },
  fixed: { message: 'passing', pill: 'PASSED', color: GREEN, isError: false },
  failed: { message: 'failing', pill: 'FAILED', color: RED, isError: false },
  timedout: { message: 'timeout', pill: 'TIMEOUT', color: RED, isError: false },
  no_tests: { message: 'no tests', pill: 'NO TESTS', color: RED, isError: false },
  infrastructure_fail: {
    message: 'infrastructure_failure',
    pill: 'INFRASTRUCTURE_FAILURE',
    color: AMBER,
    isError: false,
  },
  canceled: { message: 'canceled', pill: 'CANCELED', color: GREY, isError: false },
  // The result of the other run is not known here, and scrapers have no word for that: v2 says the same of its workflow.
  retried: { message: 'not run', pill: 'NOT RUN', color: GREY, isError: false },
  not_run: { message: 'not run', pill: 'NOT RUN', color: GREY, isError: false },
  running: { message: 'running', pill: 'RUNNING', color: BLUE, isError: false },
  queued: { message: 'queued', pill: 'QUEUED', color: AMBER, isError: false },
  not_running: { message: 'queued', pill: 'QUEUED', color: AMBER, isError: false },
  no_builds: { message: 'no builds', pill: 'NO BUILDS', color: GREY, isError: false },
  project_not_found: { message: 'project not found', pill: 'PROJECT NOT FOUND', color: GREY, isError: true },
  invalid_token: { message: 'invalid token', pill: 'INVALID TOKEN', color: GREY, isError: true },
  no_permission: { message: 'no permission', pill: 'NO PERMISSION', color: GREY, isError: true },
  bad_request: { message: 'bad request', pill: 'BAD REQUEST', color: GREY, isError: true },
  busy: { message: 'busy', pill: 'BUSY', color: GREY, isError: true },
  unknown: { message: 'unknown', pill: 'UNKNOWN', color: GREY, isError: true },
}

export const DEFAULT_BADGE_LABEL = 'build'

export function badgeFor(status: BranchStatus | BadgeRefusal, label = DEFAULT_BADGE_LABEL): Badge {
  return { label, ...BADGES[status] }
}

export const MAX_BADGE_TEXT_LENGTH = 100

// What nearly every label is: printable ASCII, without spaces at the ends or side by side.
const PLAIN_TEXT = /^(?:[!-~]+(?: [!-~]+)*)?$/

/** A label as one line fit for showing, at most 100 characters; may be empty. */
export function showableText(text: string): string {
  if (text.length <= MAX_BADGE_TEXT_LENGTH && PLAIN_TEXT.test(text)) return text
  const line = visibleText(text).replace(/\s+/g, ' ').trim()
  const characters = [...line]
  if (characters.length <= MAX_BADGE_TEXT_LENGTH) return line
  return `${characters.slice(0, MAX_BADGE_TEXT_LENGTH - 1).join('')}…`
}

export type BadgeStyle = 'svg' | 'shield' | 'flat-square'

/** The style that `text` names; anything unknown is a shield. */
export function parseBadgeStyle(text: string | undefined): BadgeStyle {
  return text === 'svg' || text === 'flat-square' ? text : 'shield'
}
