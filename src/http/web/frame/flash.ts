import type { Context } from 'hono'
import { parseLogin } from '../../../domain/people/user.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { ownCookie, ownCookieOf } from './own-cookie.ts'

export type Flash = { readonly tone: 'good' | 'bad'; readonly text: string }

/**
 * What a page may say about the form that led to it: a closed list, so that nobody can put words into our mouth.
 * `{login}` is whom it was done to.
 */
const FLASHES = {
  'signed-out': { tone: 'good', text: 'You are signed out.' },
  'signed-out-meanwhile': { tone: 'bad', text: 'You were signed out meanwhile, so nothing was changed.' },
  'session-ended': { tone: 'good', text: 'The session is ended.' },
  'sessions-ended': { tone: 'good', text: 'All other sessions are ended.' },
  'identity-linked': { tone: 'good', text: 'The account is linked.' },
  'identity-taken': {
    tone: 'bad',
    text: 'That account belongs to another person here: sign in by it and unlink it there first.',
  },
  'identity-unlinked': { tone: 'good', text: 'The account is unlinked, and other sessions that it began are ended.' },
  'branch-saved': { tone: 'good', text: 'The default branch is saved.' },
  'test-muted': { tone: 'good', text: 'The test is muted.' },
  'test-unmuted': { tone: 'good', text: 'The test is no longer muted.' },
  'policy-saved': { tone: 'good', text: 'What is demanded of tokens is saved.' },
  'breaking-ended': { tone: 'good', text: 'The tokens that went against the policy are ended.' },
  'some-breaking-ended': { tone: 'bad', text: 'Many tokens are ended, and there are more: end these too.' },
  'retention-saved': { tone: 'good', text: 'How long builds are kept is saved.' },
  'member-added': { tone: 'good', text: '{login} is added as a member.' },
  'admin-added': { tone: 'good', text: '{login} is added as an admin.' },
  'member-made': { tone: 'good', text: '{login} is a member now, and no admin any more.' },
  'admin-made': { tone: 'good', text: '{login} is an admin now.' },
  'role-unchanged': { tone: 'good', text: '{login} has that role already: nothing was changed.' },
  'member-removed': { tone: 'good', text: '{login} is removed from the project.' },
  'project-left': { tone: 'good', text: 'You are no longer a member of the project.' },
  'project-created': { tone: 'good', text: 'The project is created.' },
  'project-public': { tone: 'good', text: 'The project is public now.' },
  'project-private': { tone: 'good', text: 'The project is private now.' },
  'project-deleted': { tone: 'good', text: 'The project is deleted.' },
  'owner-made': { tone: 'good', text: '{login} is an owner of this instance now.' },
  'owner-ended': { tone: 'good', text: '{login} is no longer an owner of this instance.' },
  'creator-granted': { tone: 'good', text: '{login} may create projects there now.' },
  'creator-ended': { tone: 'good', text: '{login} may no longer create projects there.' },
  'user-removed': { tone: 'good', text: '{login} is removed from this instance.' },
  'token-deleted': { tone: 'good', text: 'The token is deleted.' },
  'successor-dropped': { tone: 'good', text: 'The successor is dropped: nobody can make it any more.' },
  'successor-gone': { tone: 'bad', text: 'No such successor waits: it was made or dropped already.' },
  'on-leak-saved': { tone: 'good', text: 'What becomes of a token that is found in public is saved.' },
  'share-ended': { tone: 'good', text: 'The share link is ended.' },
  'token-expired': { tone: 'bad', text: 'That token has expired already: create a new one.' },
  'webhook-deleted': { tone: 'good', text: 'The webhook’s secret is deleted.' },
  'webhook-rotated-before': { tone: 'bad', text: 'That secret was rotated or deleted already.' },
  'notice-read': { tone: 'good', text: 'The notice is marked as read.' },
  'notices-read': { tone: 'good', text: 'All notices are marked as read.' },
  'notice-gone': {
    tone: 'bad',
    text: 'That notice is gone: what it was about was deleted, or is no longer open to you.',
  },
  'choices-saved': { tone: 'good', text: 'What you are told of is saved.' },
  'mail-code-sent': { tone: 'good', text: 'A code is on its way to that address: type it below.' },
  'mail-unsent': { tone: 'bad', text: 'The code could not be sent. Wait a minute, then have another one sent.' },
  'mail-confirmed': { tone: 'good', text: 'The address is confirmed: mail goes there from now on.' },
  'mail-none': { tone: 'bad', text: 'There is no address to confirm: type it first.' },
  'mail-removed': { tone: 'good', text: 'The address is removed: you get no mail.' },
  'channel-added': { tone: 'good', text: 'The channel is added. “Try” sends it a notice.' },
  'channel-tried': { tone: 'good', text: 'A try is on its way: how it went is said under “Messages” in a moment.' },
  'channel-not-tried': { tone: 'bad', text: 'Nothing was sent: it is paused, or gets no notices.' },
  'channel-resumed': { tone: 'good', text: 'Messages go there again.' },
  'channel-deleted': { tone: 'good', text: 'It is deleted, and nothing is sent there any more.' },
  'publisher-added': { tone: 'good', text: 'The publisher is trusted from now on.' },
  'publisher-deleted': { tone: 'good', text: 'The publisher is deleted, and the tokens of its jobs are ended.' },
} as const satisfies Record<string, Flash>

export type FlashCode = keyof typeof FLASHES

const COOKIE = 'flash'

/** 303 to a page of ours, which then says this once, of that person if it is about one. */
export function redirectTo(path: string, flash?: FlashCode, login = ''): Response {
  const headers = new Headers({ Location: path, 'Cache-Control': 'no-store' })
  if (flash) headers.append('Set-Cookie', ownCookie(COOKIE, `${flash}.${login}`, 60))
  return new Response(null, { status: 303, headers })
}

/** What is to be said on this page, if anything. */
export function flashOf(c: Context<AppEnv>): Flash | null {
  const [code = '', name = ''] = ownCookieOf(c, COOKIE).split('.', 2)
  if (!Object.hasOwn(FLASHES, code)) return null
  const { tone, text } = FLASHES[code as FlashCode]
  return { tone, text: text.replace('{login}', parseLogin(name) ?? 'That person') }
}

/** The header that makes sure it is said once. */
export const FORGET_FLASH = ownCookie(COOKIE, '', 0)
