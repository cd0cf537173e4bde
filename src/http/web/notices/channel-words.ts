import type { ChannelListener, OutboxEvent } from '../../../domain/notices/dispatch-target.ts'
import type { OutboxEntry, OutboxState } from '../../../domain/notices/outbox.ts'

/** The kinds of listeners that are added on the page: those that get notices. */
export type ChannelKind = ChannelListener['kind']

/** What each is called, and where its address comes from. */
export const CHANNELS: Record<ChannelKind, { readonly name: string; readonly hint: string }> = {
  slack: {
    name: 'Slack, or what takes the same',
    hint: 'an “incoming webhook” of Slack, Mattermost or Rocket.Chat; one of Discord with /slack at its end.',
  },
  teams: {
    name: 'Microsoft Teams',
    hint: 'the address of a workflow “When a Teams webhook request is received”.',
  },
  webhook: {
    name: 'Signed webhook',
    hint: 'any https address, which gets JSON signed by Standard Webhooks. Its secret is made here and shown once.',
  },
}

/** What receives messages, in words. */
export const RECEIVERS: Record<OutboxEntry['receiver'], string> = {
  slack: 'Slack or alike',
  teams: 'Microsoft Teams',
  webhook: 'Webhook',
  'github-status': 'Commit status on GitHub',
  'gitlab-status': 'Commit status on GitLab',
  'dispatch-target': 'Dispatch target',
  mail: 'Mail',
}

/** What a message is about. */
export const EVENTS: Record<OutboxEvent, string> = {
  notice: 'Notice',
  'build.started': 'Start of a build',
  'build.finished': 'End of a build',
  'workflow.finished': 'End of a workflow',
  'pipeline.trigger': 'Start of a pipeline',
  'build.retry': 'Repeat of a build',
  'workflow.rerun': 'Repeat of a workflow',
  'build.cancel': 'Cancel of a build',
  'workflow.cancel': 'Cancel of a workflow',
}

export const STATES: Record<OutboxState, { readonly word: string; readonly tone: 'good' | 'bad' | 'warn' | '' }> = {
  pending: { word: 'waiting', tone: 'warn' },
  delivered: { word: 'delivered', tone: 'good' },
  failed: { word: 'failed', tone: 'bad' },
  dropped: { word: 'dropped', tone: '' },
  refused: { word: 'refused', tone: 'bad' },
}
