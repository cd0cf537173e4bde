import { visibleLine } from '../formats/visible-text.ts'
import type { ChannelListener } from './dispatch-target.ts'
import type { NoticeFacts, NoticeKind } from './notice.ts'
import { type NoticeText, noticeText } from './notice-text.ts'
import type { OutboundRequest } from './outbound-request.ts'
import { webhookHeadersFor } from './standard-webhook.ts'

/** A notice as it is sent: `slug` is that of its project. Times are epoch milliseconds. */
export type SentNotice = {
  readonly id: string
  readonly facts: NoticeFacts
  readonly slug: string | null
  readonly createdAt: number
}

/** One message to a channel or by mail: a notice, or a digest of several. */
export type NoticeMessage = {
  /** The same in every attempt, so that a receiver can recognize repeats. */
  readonly id: string
  readonly notices: readonly [SentNotice, ...SentNotice[]]
  /** Where our pages are; null when the deployment does not say. */
  readonly origin: string | null
  readonly now: number
}

/** The request that brings notices to a channel; `secret` is its address, or what signs. */
export function noticeRequestFor(
  channel: ChannelListener,
  secret: string,
  message: NoticeMessage,
): OutboundRequest | Promise<OutboundRequest> {
  switch (channel.kind) {
    case 'slack':
      return jsonRequest(secret, message.id, slackBody(message))
    case 'teams':
      return jsonRequest(secret, message.id, teamsBody(message))
    case 'webhook':
      return webhookRequest(channel.url, secret, message)
  }
}

function jsonRequest(url: string, id: string, body: unknown): OutboundRequest {
  return { url, headers: { 'Content-Type': 'application/json', 'webhook-id': id }, body: JSON.stringify(body) }
}

async function webhookRequest(
  url: string,
  secret: string,
  { id, notices, origin, now }: NoticeMessage,
): Promise<OutboundRequest> {
  const data = {
    notices: notices.map(({ id, facts, slug, createdAt }) => {
      const { title, lines, path } = noticeText(facts, slug)
      const { kind, ...about } = facts
      const shown = { id, kind, project: slug, time: new Date(createdAt).toISOString(), title, lines }
      return { ...shown, url: origin && origin + path, about }
    }),
  }
  const body = JSON.stringify({ type: 'notices', timestamp: new Date(now).toISOString(), data })
  const signature = await webhookHeadersFor(secret, id, now, body)
  return { url, headers: { 'Content-Type': 'application/json', ...signature }, body }
}

// A card of Teams is 28 KiB at most: forty titles of a digest fit, whatever signs are in them.
const MAX_TITLE = 300
const MAX_DIGEST_TITLE = 120
const MAX_LINES = 1_000

type Item = { readonly kind: NoticeKind; readonly title: string; readonly text: string; readonly url: string | null }

/** Every notice of a message, in their order: of a digest the titles, so that the last one is what holds now. */
function itemsOf({ notices, origin }: NoticeMessage): readonly Item[] {
  const isOne = notices.length === 1
  return notices.map(({ facts, slug }): Item => {
    const { title, lines, path } = noticeText(facts, slug)
    const text = isOne ? cut(lines.join('\n'), MAX_LINES) : ''
    const shown = cutMiddle(title, isOne ? MAX_TITLE : MAX_DIGEST_TITLE)
    return { kind: facts.kind, title: shown, text, url: origin && origin + path }
  })
}

/** What happened stands at the end of most titles, behind names that may be long. */
function cutMiddle(text: string, length: number): string {
  if (text.length <= length) return text
  const half = Math.floor((length - 1) / 2)
  return `${text.slice(0, half).toWellFormed()}…${text.slice(-half).toWellFormed()}`
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`
}

/** "7 notices of gh/acme/web"; empty for one alone. */
export function digestTitle({ notices }: NoticeMessage): string {
  if (notices.length === 1) return ''
  const slugs = new Set(notices.map(({ slug }) => slug))
  const [only] = slugs
  return slugs.size === 1 && only ? `${notices.length} notices of ${only}` : `${notices.length} notices`
}

/** How good the news are, as colours that Slack and those that speak its words know. */
function toneOf(kind: NoticeKind): 'good' | 'danger' | 'warning' {
  if (kind === 'branch.fixed' || kind === 'test') return 'good'
  return kind === 'branch.broken' || kind === 'test.failing' || kind === 'token.leaked' ? 'danger' : 'warning'
}

/**
 * Slack's incoming webhooks, and those of Mattermost, Rocket.Chat and Discord (`/slack`), all show attachments: titles that are
 * links, and text without any marking.
 */
function slackBody(message: NoticeMessage) {
  const items = itemsOf(message)
  const digest = digestTitle(message)
  const attachments = items.map(({ kind, title, text, url }) => ({
    color: toneOf(kind),
    fallback: slackText(title),
    title: slackText(title),
    ...(url === null ? {} : { title_link: url }),
    ...(text === '' ? {} : { text: slackText(text) }),
    mrkdwn_in: [],
  }))
  return { ...(digest === '' ? {} : { text: slackText(digest) }), attachments }
}

/** What Slack takes for signs of its own is written out; for those that read Markdown, no name calls everybody or is a link. */
function slackText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/@(?=channel|here|all|everyone)/gi, '@\u200b')
    .replaceAll('](', ']\u200b(')
}

const TEAMS_COLOUR = { good: 'good', danger: 'attention', warning: 'warning' } as const

/** An Adaptive Card, as workflows of Microsoft Teams take it. Runs of text have no marking in them. */
function teamsBody(message: NoticeMessage) {
  const items = itemsOf(message)
  const digest = digestTitle(message)
  const [first] = items
  const isOne = items.length === 1
  const blocks = items.map(({ kind, title, text, url }) => ({
    type: 'Container',
    items: [
      paragraph(title, { weight: 'bolder', color: TEAMS_COLOUR[toneOf(kind)], url: isOne ? null : url }),
      ...text.split('\n').flatMap((line) => (line === '' ? [] : [paragraph(line, {})])),
    ],
  }))
  const body = [...(digest === '' ? [] : [paragraph(digest, { weight: 'bolder' })]), ...blocks]
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body,
          ...(isOne && first?.url ? { actions: [{ type: 'Action.OpenUrl', title: 'See why', url: first.url }] } : {}),
        },
      },
    ],
  }
}

function paragraph(
  text: string,
  { url = null, ...look }: { readonly weight?: string; readonly color?: string; readonly url?: string | null },
) {
  const opens = url === null ? {} : { selectAction: { type: 'Action.OpenUrl', url } }
  return { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text, ...look, ...opens }] }
}

/** A mail as text. */
export type MailText = { readonly subject: string; readonly text: string }

/** Notices as a mail. */
export function noticeMailFor(message: NoticeMessage): MailText {
  const { origin } = message
  const texts = message.notices.map(({ facts, slug }) => noticeText(facts, slug))
  const subject = digestTitle(message) || (texts[0]?.title ?? '')
  const parts = texts.map((text) => mailPart(text, origin))
  const choose = origin === null ? '' : `\n-- \nWhat you are told of: ${origin}/account/notices\n`
  return { subject: cut(visibleLine(subject), 200), text: `${parts.join('\n\n')}\n${choose}` }
}

function mailPart({ title, lines, path }: NoticeText, origin: string | null): string {
  return [title, ...lines, ...(origin === null ? [] : [origin + path])].join('\n')
}
