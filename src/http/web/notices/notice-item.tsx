import type { NoticeKind } from '../../../domain/notices/notice.ts'
import { noticeText } from '../../../domain/notices/notice-text.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import type { InboxNotice } from '../../../storage/notices/notices.ts'
import { sitePathOf } from '../frame/site-path.ts'
import { Form } from '../parts/form-parts.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { Time } from '../parts/parts.tsx'

/** The drawing beside a notice, and the colour of what it says; the title says the same in words. */
const LOOKS: Record<NoticeKind, { readonly icon: IconName; readonly tone: 'red' | 'green' | 'waiting' | 'muted' }> = {
  'branch.broken': { icon: 'cross', tone: 'red' },
  'branch.fixed': { icon: 'check', tone: 'green' },
  'pipeline.ended': { icon: 'branch', tone: 'muted' },
  'test.failing': { icon: 'cross', tone: 'red' },
  'test.flaky': { icon: 'turn', tone: 'waiting' },
  'report.warnings': { icon: 'alert', tone: 'waiting' },
  'token.expiring': { icon: 'key', tone: 'waiting' },
  'token.unused': { icon: 'key', tone: 'waiting' },
  'token.expired_used': { icon: 'key', tone: 'waiting' },
  'token.leaked': { icon: 'key', tone: 'red' },
  'receiver.paused': { icon: 'alert', tone: 'red' },
  'share.losing': { icon: 'archive', tone: 'waiting' },
  test: { icon: 'bell', tone: 'muted' },
}

type Props = { readonly viewer: Viewer; readonly notice: InboxNotice; readonly id: string; readonly now: number }

/** A notice; the way to its reason marks it as read, which takes a form. */
export function NoticeItem({ viewer, notice, id, now }: Props) {
  const { facts, slug, createdAt, readAt } = notice
  const { title, lines, path } = noticeText(facts, slug)
  const { icon, tone } = LOOKS[facts.kind]
  const isUnread = readAt === null
  return (
    <li class={isUnread ? 'told unread' : 'told'} id={id}>
      <span class={tone}>
        <Icon name={icon} />
      </span>
      <div class="told-body">
        {isUnread ? (
          <Form viewer={viewer} action="/notices/read">
            <input type="hidden" name="id" value={notice.id} />
            <input type="hidden" name="open" value="yes" />
            <button type="submit" class="as-link">
              <span class="clamp">
                <span class="unseen">Unread: </span>
                {title}
              </span>
            </button>
          </Form>
        ) : (
          <a href={sitePathOf(path)}>
            <span class="clamp">{title}</span>
          </a>
        )}
        {lines.map((line) => (
          <p class="clamp">{line}</p>
        ))}
        <p class="muted small-text">
          {slug !== null && <>{slug} · </>}
          <Time at={createdAt} now={now} />
        </p>
      </div>
      {isUnread && (
        <Form viewer={viewer} action="/notices/read">
          <input type="hidden" name="id" value={notice.id} />
          <button type="submit" class="button small">
            Mark as read<span class="unseen"> {title}</span>
          </button>
        </Form>
      )}
    </li>
  )
}
