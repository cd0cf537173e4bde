import { leavesOpen, type Principal } from '../access/grant.ts'
import type { BranchStatus } from '../builds/badge.ts'

/** What people are told of without looking. */
export type NoticeKind = NoticeFacts['kind']

/** A failed job of a pipeline: the page of its build says why. */
export type FailedJob = { readonly num: number; readonly job: string }

/** A token as a notice names it: never its secret. */
export type NamedToken = {
  readonly id: string
  readonly label: string
  readonly kind: 'personal' | 'project' | 'organization'
}

/** What a notice is about. Times are epoch milliseconds. */
export type NoticeFacts =
  | {
      readonly kind: 'branch.broken'
      readonly branch: string
      readonly pipeline: number
      readonly failed: readonly FailedJob[]
      /** "2 new failures, 1 flaky"; empty where no test is known. */
      readonly tests: string
      readonly by: string | null
    }
  | { readonly kind: 'branch.fixed'; readonly branch: string; readonly pipeline: number; readonly by: string | null }
  | {
      readonly kind: 'pipeline.ended'
      readonly branch: string | null
      readonly pipeline: number
      readonly status: BranchStatus
      readonly failed: readonly FailedJob[]
      readonly tests: string
    }
  | {
      readonly kind: 'test.failing'
      readonly branch: string
      readonly pipeline: number
      readonly tests: readonly { readonly id: number; readonly name: string }[]
      /** How many more there are than are named. */
      readonly more: number
    }
  | {
      readonly kind: 'test.flaky'
      readonly test: { readonly id: number; readonly name: string }
      readonly failed: number
      readonly runs: number
    }
  | {
      readonly kind: 'report.warnings'
      readonly branch: string
      readonly build: FailedJob
      readonly count: number
      readonly first: string
    }
  | {
      readonly kind: 'token.expiring'
      readonly token: NamedToken
      readonly days: number
      readonly expiresAt: number
    }
  | { readonly kind: 'token.unused'; readonly token: NamedToken; readonly endsAt: number; readonly unusedDays: number }
  | { readonly kind: 'token.expired_used'; readonly token: NamedToken; readonly from: string | null }
  | {
      readonly kind: 'token.leaked'
      readonly token: NamedToken
      /** False of a status token: it is meant for URLs, and goes on. */
      readonly hasEnded: boolean
      readonly hasSuccessor: boolean
    }
  | {
      readonly kind: 'receiver.paused'
      readonly receiver: { readonly id: string; readonly kind: string; readonly name: string }
      readonly problem: string
    }
  | { readonly kind: 'share.losing'; readonly build: number; readonly path: string; readonly at: number }
  | { readonly kind: 'test' }

/** What becomes of a notice for a person who chose nothing. */
export type Place = 'off' | 'bell' | 'mail'
export const PLACES = ['off', 'bell', 'mail'] as const satisfies readonly Place[]

type NoticeRule = {
  readonly name: string
  /**
   * Who may get it: members who follow the project, the author of the pipeline, admins, admins and whoever holds or made the
   * thing, or nobody but the channel that it is for.
   */
  readonly audience: 'followers' | 'author' | 'admins' | 'holder' | 'nobody'
  readonly usual: Place
  /** Whether channels of a project may have it, and whether a new one does. */
  readonly channels: 'usual' | 'possible' | 'never'
  /** Whether feeds of the project have it: for all who may read its status. */
  readonly isInFeeds: boolean
}

/** Every kind of notice. Its text is that of `noticeText`. */
export const NOTICES: Record<NoticeKind, NoticeRule> = {
  'branch.broken': {
    name: 'The default branch broke',
    audience: 'followers',
    usual: 'bell',
    channels: 'usual',
    isInFeeds: true,
  },
  'branch.fixed': {
    name: 'The default branch is fixed',
    audience: 'followers',
    usual: 'bell',
    channels: 'usual',
    isInFeeds: true,
  },
  'pipeline.ended': {
    name: 'A pipeline of mine ended',
    audience: 'author',
    usual: 'bell',
    channels: 'never',
    isInFeeds: false,
  },
  'test.failing': {
    name: 'A test fails anew on the default branch',
    audience: 'followers',
    usual: 'bell',
    channels: 'possible',
    isInFeeds: true,
  },
  'test.flaky': {
    name: 'A test is flaky',
    audience: 'followers',
    usual: 'off',
    channels: 'possible',
    isInFeeds: true,
  },
  'report.warnings': {
    name: 'Test reports of a job have warnings',
    audience: 'admins',
    usual: 'bell',
    channels: 'possible',
    isInFeeds: false,
  },
  'token.expiring': {
    name: 'A token is about to end',
    audience: 'holder',
    usual: 'mail',
    channels: 'possible',
    isInFeeds: false,
  },
  'token.unused': {
    name: 'A token is about to end, since nobody uses it',
    audience: 'holder',
    usual: 'mail',
    channels: 'possible',
    isInFeeds: false,
  },
  'token.expired_used': {
    name: 'A token is used after its end',
    audience: 'holder',
    usual: 'bell',
    channels: 'possible',
    isInFeeds: false,
  },
  'token.leaked': {
    name: 'A token was found in public',
    audience: 'holder',
    usual: 'mail',
    channels: 'possible',
    isInFeeds: false,
  },
  'receiver.paused': {
    name: 'A channel or webhook does not answer',
    audience: 'admins',
    usual: 'mail',
    channels: 'never',
    isInFeeds: false,
  },
  'share.losing': {
    name: 'Retention is about to delete a file that a share link names',
    audience: 'holder',
    usual: 'bell',
    channels: 'possible',
    isInFeeds: false,
  },
  test: { name: 'A try', audience: 'nobody', usual: 'off', channels: 'never', isInFeeds: false },
}

export const NOTICE_KINDS = Object.keys(NOTICES) as readonly NoticeKind[]

/** The kinds that a person may choose about, and those that a channel may have. */
export const PERSONAL_KINDS = NOTICE_KINDS.filter((kind) => NOTICES[kind].audience !== 'nobody')
export const CHANNEL_KINDS = NOTICE_KINDS.filter((kind) => NOTICES[kind].channels !== 'never')
export const USUAL_CHANNEL_KINDS = NOTICE_KINDS.filter((kind) => NOTICES[kind].channels === 'usual')
export const FEED_KINDS = NOTICE_KINDS.filter((kind) => NOTICES[kind].isInFeeds)
/** What a branch's own feed has: what its badge says. */
export const BRANCH_KINDS = ['branch.broken', 'branch.fixed'] as const satisfies readonly NoticeKind[]

const COMMON_KINDS = NOTICE_KINDS.filter((kind) => ['followers', 'author'].includes(NOTICES[kind].audience))

/** The kinds that a token is shown: where its limits leave out administration, none that tells of tokens and settings. */
export function kindsFor(grant: Principal): readonly NoticeKind[] {
  return leavesOpen(grant, 'account:admin') ? NOTICE_KINDS : COMMON_KINDS
}

/** The kind of that name; null where there is none. */
export function parseNoticeKind(text: string): NoticeKind | null {
  return NOTICE_KINDS.find((kind) => kind === text) ?? null
}

/** A test that failed so often, of its last runs and within two weeks, is over the threshold of flaky ones. */
export const FLAKY_THRESHOLD = 3
/** So many days before its end whoever has to do with a token is warned. */
export const WARNED_DAYS = [30, 15, 7, 1] as const
/** So many days before an unused token ends, and before a shared file is deleted. */
export const UNUSED_WARNED_DAYS = 7
export const LOSS_WARNED_DAYS = 7
/** So many of a person's notices are shown, and in a feed. */
export const MAX_SHOWN_NOTICES = 50
/** So many are named in a notice, of jobs and of tests. */
export const MAX_NAMED = 5
