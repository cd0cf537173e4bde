import { wholeReach } from '../../../domain/access/limits/reach.ts'
import { MAX_SHOWN_NOTICES } from '../../../domain/notices/notice.ts'
import { noticeText } from '../../../domain/notices/notice-text.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import { markRead } from '../../../storage/notices/choices.ts'
import { findInInbox, type InboxNotice, listInbox } from '../../../storage/notices/notices.ts'
import type { App } from '../../frame/route.ts'
import { redirectTo } from '../frame/flash.ts'
import { page } from '../frame/page.ts'
import { sitePathOf } from '../frame/site-path.ts'
import { Form } from '../parts/form-parts.tsx'
import { renderPage } from '../parts/layout.tsx'
import { Empty, PageHead } from '../parts/parts.tsx'
import { NoticeItem } from './notice-item.tsx'

/** What is under the bell. */
export function mountNoticesPage(app: App): void {
  page(app, 'GET /notices', async (c, { viewer }) => {
    const { db, now } = c.env.stores
    const notices = await listInbox(db, wholeReach(viewer.userId))
    return renderPage(
      c,
      { title: 'Notices', viewer, crumbs: [{ text: 'Notices' }] },
      <Notices viewer={viewer} notices={notices} now={now()} />,
    )
  })

  page(app, 'POST /notices/read', async (c, { viewer, form, actor }) => {
    const { stores } = c.env
    const reach = wholeReach(viewer.userId)
    if (form.get('which') === 'all') {
      await markRead(stores, reach, null, actor)
      return redirectTo('/notices', 'notices-read')
    }
    const notice = await findInInbox(stores.db, reach, form.get('id') ?? '')
    if (!notice) return redirectTo('/notices', 'notice-gone')
    await markRead(stores, reach, [notice.id], actor)
    if (form.get('open') !== 'yes') return redirectTo(`/notices#${anchorFor(notice)}`, 'notice-read')
    // Where a notice leads is asked of the notice, never of the form.
    return redirectTo(sitePathOf(noticeText(notice.facts, notice.slug).path))
  })
}

/** Where a notice is on the page. */
function anchorFor({ id }: Pick<InboxNotice, 'id'>): string {
  return `notice-${id}`
}

function Notices({ viewer, notices, now }: { viewer: Viewer; notices: readonly InboxNotice[]; now: number }) {
  if (notices.length === 0)
    return (
      <>
        <PageHead title="Notices" />
        <Empty icon="bell" title="There is nothing to tell you">
          <p>
            When the default branch of a project that you follow breaks or is fixed, when a pipeline of yours ends, or
            when a token of yours is about to, it is said here.
          </p>
          <a class="button" href="/account/notices">
            Choose what you are told of
          </a>
        </Empty>
      </>
    )
  const actions = (
    <>
      {viewer.unread > 0 && (
        <Form viewer={viewer} action="/notices/read">
          <input type="hidden" name="which" value="all" />
          <button type="submit" class="button">
            Mark all as read
          </button>
        </Form>
      )}
      <a class="button" href="/account/notices">
        Choose what you are told of
      </a>
    </>
  )
  return (
    <>
      <PageHead title="Notices" actions={actions}>
        One for each change, the newest first.
      </PageHead>
      <ol class="card">
        {notices.map((notice) => (
          <NoticeItem viewer={viewer} notice={notice} id={anchorFor(notice)} now={now} />
        ))}
      </ol>
      {notices.length === MAX_SHOWN_NOTICES && (
        <p class="hint">These are the last {MAX_SHOWN_NOTICES}; older ones are not shown.</p>
      )}
    </>
  )
}
