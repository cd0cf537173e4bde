import type { Context } from 'hono'
import { wholeReach } from '../../../domain/access/limits/reach.ts'
import { parseScope, SCOPES } from '../../../domain/access/scope.ts'
import type { AuditAction } from '../../../domain/audit.ts'
import type { SignInMethod } from '../../../domain/people/session.ts'
import { type AuditRecord, listProjectAudit, listUserAudit } from '../../../storage/projects/audit.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { queryCount } from '../../frame/request/input.ts'
import type { App } from '../../frame/route.ts'
import { METHODS } from '../account/account.tsx'
import { accountPage } from '../account/account-layout.tsx'
import { durationText } from '../data/measures.ts'
import { page } from '../frame/page.ts'
import { DataTable, Empty, PageHead, Pager, Time } from '../parts/parts.tsx'
import { settingsPage, settingsPath } from '../parts/settings-layout.tsx'

/** Each act in a person's words, before what it was done to. */
const WORDS: Record<AuditAction, string> = {
  'user.created': 'Made the person',
  'user.invited': 'Renewed the invitation of',
  'user.role_set': 'Gave a role on the instance to',
  'user.removed': 'Removed from the instance',
  'token.created': 'Created the token',
  'token.rotated': 'Rotated the token',
  'token.deleted': 'Deleted the token',
  'token.leaked': 'Reported as leaked, and so deleted, the token',
  'token.leak_flagged': 'Reported as seen in public the token',
  'token.refused_by_scope': 'Was refused for want of scope, with the token',
  'token.refused_by_network': 'Was refused outside its networks, with the token',
  'token.refused_expired': 'Was refused after its end, with the token',
  'project.created': 'Created the project',
  'project.updated': 'Changed the project',
  'project.deleted': 'Deleted the project',
  'member.set': 'Gave a role to',
  'member.removed': 'Removed the member',
  'creator.granted': 'Allowed to create projects:',
  'creator.ended': 'No longer allowed to create projects:',
  'webhook.created': 'Created the webhook',
  'webhook.rotated': 'Rotated the webhook',
  'webhook.deleted': 'Deleted the webhook',
  'publisher.created': 'Trusted the publisher',
  'publisher.deleted': 'No longer trusts the publisher',
  'publisher.used': 'Let a job report by its identity:',
  'retention.updated': 'Changed how long builds are kept',
  'policy.updated': 'Changed what is demanded of tokens',
  'token.unused': 'Ended, since nobody used it, the token',
  'env_var.set': 'Set the variable',
  'env_var.deleted': 'Deleted the variable',
  'dispatch_target.set': 'Set where runs are triggered:',
  'dispatch_target.deleted': 'Forgot where runs are triggered',
  'listener.created': 'Created the listener',
  'test.muted': 'Muted the test',
  'test.unmuted': 'Ended the mute of the test',
  'token.successor_dropped': 'Dropped the successor of a leaked token',
  'listener.resumed': 'Resumed a listener',
  'listener.deleted': 'Deleted the listener',
  'share.created': 'Made the share link',
  'share.ended': 'Ended the share link',
  'share.leaked': 'Reported as leaked, and so ended, the share link',
  'session.started': 'Signed in',
  'session.ended': 'Ended a session',
  'identity.linked': 'Linked the account',
  'identity.unlinked': 'Unlinked the account',
}

const PAGE_SIZE = 50

/** Who did what: of a project for its admins, and of a person for themselves. */
export function mountAuditPages(app: App): void {
  page(app, 'GET /:vcs/:org/:repo/settings/audit', async (c, { viewer, project }) => {
    const { before, limit } = pageOf(c)
    const records = await listProjectAudit(c.env.stores.db, project.id, limit, before)
    return settingsPage(
      c,
      { viewer, project, here: '/audit' },
      { title: 'Audit log' },
      <>
        <PageHead title="Audit log">
          Who did what in this project, when, and from where. Nothing here can be changed.
        </PageHead>
        <Records records={records} path={`${settingsPath(project)}/audit`} before={before} now={c.env.stores.now()} />
      </>,
    )
  })

  page(app, 'GET /account/activity', async (c, { viewer }) => {
    const { before, limit } = pageOf(c)
    const records = await listUserAudit(c.env.stores.db, wholeReach(viewer.userId), limit, before)
    return accountPage(
      c,
      viewer,
      { title: 'Activity', here: '/account/activity' },
      <>
        <PageHead title="Activity">What you did here, or somebody with your tokens.</PageHead>
        <Records records={records} path="/account/activity" before={before} now={c.env.stores.now()} />
      </>,
    )
  })
}

function pageOf(c: Context<AppEnv>): { readonly before: number | null; readonly limit: number } {
  const before = queryCount(c, 'before', { min: 1, max: 999_999_999, fallback: 0 })
  // One more than is shown, to know whether there are older ones.
  return { before: before === 0 ? null : before, limit: PAGE_SIZE + 1 }
}

type Shown = {
  readonly records: readonly AuditRecord[]
  readonly path: string
  readonly before: number | null
  readonly now: number
}

function Records({ records, path, before, now }: Shown) {
  if (records.length === 0) {
    return (
      <Empty icon="list" title={before === null ? 'Nothing has happened yet' : 'There is nothing older'}>
        <p>Creating, rotating and deleting tokens, changes of members and settings are written down here.</p>
      </Empty>
    )
  }
  const shown = records.slice(0, PAGE_SIZE)
  const last = shown.at(-1)
  return (
    <>
      <DataTable
        caption="Audit log, newest first"
        columns={[{ label: 'What' }, { label: 'Who' }, { label: 'When' }, { label: 'From' }]}
        rows={shown.map((record) => [
          <What record={record} />,
          <Who record={record} />,
          <Time at={record.at} now={now} />,
          <span class="muted small-text">{record.from ?? ''}</span>,
        ])}
      />
      <Pager
        newer={before === null ? null : path}
        older={records.length > PAGE_SIZE && last ? `${path}?before=${last.id}` : null}
      />
    </>
  )
}

function What({ record }: { record: AuditRecord }) {
  const { action, subject, detail } = record
  // The most useful detail; an id means nothing to people.
  const named = NAMING.map((key) => detail?.[key]).find((value) => typeof value === 'string')
  const name = named ?? (subject !== null && ID.test(subject) ? null : subject)
  const more = detailsOf(detail ?? {})
  return (
    <>
      <span class="what">
        {WORDS[action]} {name && <b>{name}</b>}
      </span>
      {more.length > 0 && <span class="muted small-text details">{more.join(' · ')}</span>}
    </>
  )
}

const NAMING = ['label', 'source', 'issuer', 'identity'] as const
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** What a person wants to know of an act besides its name: ids are for programs, which read the API. */
function detailsOf(detail: Readonly<Record<string, string | number | null>>): readonly string[] {
  return Object.entries(detail).flatMap(([name, value]) => {
    if (value === null) return []
    switch (name) {
      case 'label':
      case 'source':
      case 'issuer':
      case 'identity':
      case 'kind':
      case 'replaces':
      case 'token':
      case 'minted_by':
        return []
      case 'scope':
        return [nameOfScope(String(value))]
      case 'by':
        return [`by ${METHODS[value as SignInMethod] ?? value}`]
      case 'prefix':
        return [`${value}…`]
      case 'overlap_seconds':
        return [
          value === 0 ? 'the old one stopped at once' : `the old one went on for ${durationText(Number(value) * 1000)}`,
        ]
      default:
        return [`${name.replaceAll('_', ' ')}: ${value}`]
    }
  })
}

function Who({ record: { login, actorTokenId } }: { record: AuditRecord }) {
  if (!login) return <span class="muted">{actorTokenId ? 'a project token' : 'the instance'}</span>
  return (
    <span>
      {login} {actorTokenId && <span class="muted small-text">by token</span>}
    </span>
  )
}

function nameOfScope(text: string): string {
  const scope = parseScope(text)
  return scope ? SCOPES[scope].name : text
}
