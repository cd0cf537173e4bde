import type { Context } from 'hono'
import * as v from 'valibot'
import { reachOf } from '../../domain/access/limits/reach.ts'
import { AppError, invalidInput } from '../../domain/error.ts'
import { lazily } from '../../domain/lazily.ts'
import { kindsFor, MAX_SHOWN_NOTICES, PERSONAL_KINDS, PLACES } from '../../domain/notices/notice.ts'
import { noticeText } from '../../domain/notices/notice-text.ts'
import { parseSlug, slugText } from '../../domain/project.ts'
import { listChoices, markRead, putChoices } from '../../storage/notices/choices.ts'
import { type InboxNotice, listInbox } from '../../storage/notices/notices.ts'
import { findMembership } from '../../storage/people/memberships.ts'
import { type Answer, jsonDone, jsonRead } from '../frame/answers/answers.ts'
import type { PersonalGrant } from '../frame/authorize.ts'
import type { AppEnv } from '../frame/open-request.ts'
import { readJson } from '../frame/request/input.ts'
import { publicOriginOf } from '../frame/request/origin.ts'
import { type App, route } from '../frame/route.ts'
import { isoOf } from '../json/iso-time.ts'
import type { ChoicesJson, NoticeJson, NoticesJson } from './notices-shape.ts'

const IDS_RULE = `must be a list of 1 to ${MAX_SHOWN_NOTICES} ids`

/** Which notices were read: those named, or all. */
export const noticesReadInput = lazily(() =>
  v.strictObject({
    ids: v.optional(
      v.pipe(v.array(v.string(IDS_RULE), IDS_RULE), v.minLength(1, IDS_RULE), v.maxLength(MAX_SHOWN_NOTICES, IDS_RULE)),
    ),
  }),
)

const PLACE_RULE = `must be one of ${PLACES.join(', ')}, or null`

/** What a person chooses: for a project, or for all of theirs. */
export const noticeChoicesInput = lazily(() =>
  v.strictObject({
    project: v.nullish(v.string('must be a slug like gh/acme/web')),
    choices: v.pipe(
      v.array(
        v.strictObject({
          kind: v.picklist(PERSONAL_KINDS, `must be one of ${PERSONAL_KINDS.join(', ')}`),
          place: v.nullable(v.picklist(PLACES, PLACE_RULE)),
        }),
        'must be a list',
      ),
      v.minLength(1, 'must name a kind'),
      v.maxLength(PERSONAL_KINDS.length, `must hold at most ${PERSONAL_KINDS.length}`),
    ),
  }),
)

/** A person's notices, and what they are told of. */
export function mountNotices(app: App): void {
  route(app, 'GET /api/buildpass/v1/notices', async (c, { grant }) => {
    const notices = await listInbox(c.env.stores.db, reachOf(grant), kindsFor(grant))
    const unread = notices.filter(({ readAt }) => readAt === null).length
    return jsonRead(c, { items: notices.map((notice) => noticeJson(c, notice)), unread } satisfies NoticesJson)
  })

  route(app, 'POST /api/buildpass/v1/notices/read', async (c, { grant, actor }) => {
    const { ids = null } = await readJson(c, noticesReadInput())
    await markRead(c.env.stores, reachOf(grant), ids, actor)
    return jsonDone(c)
  })

  route(app, 'GET /api/buildpass/v1/notices/choices', async (c, { grant }) => {
    const name = c.req.query('project')
    return answerChoices(c, grant, name === undefined ? null : await projectNamed(c, grant, name))
  })

  route(app, 'PUT /api/buildpass/v1/notices/choices', async (c, { grant, actor }) => {
    const { project: name, choices } = await readJson(c, noticeChoicesInput())
    if (!name && reachOf(grant).projects !== null)
      throw invalidInput('project', 'must be named: this token is limited to projects')
    const project = name ? await projectNamed(c, grant, name) : null
    const of = { userId: grant.userId, projectId: project?.id ?? null }
    await putChoices(c.env.stores, of, choices, actor)
    return answerChoices(c, grant, project)
  })
}

type NamedProject = { readonly id: string; readonly slug: string }

/** The project of the asker's that is named. */
async function projectNamed(c: Context<AppEnv>, grant: PersonalGrant, name: string): Promise<NamedProject> {
  const slug = parseSlug(name)
  if (!slug) throw invalidInput('project', 'must be a slug like gh/acme/web')
  const project = await findMembership(c.env.stores.db, reachOf(grant), slug)
  if (!project) throw new AppError('project_not_found')
  return { id: project.id, slug: slugText(project) }
}

async function answerChoices(
  c: Context<AppEnv>,
  { userId }: { readonly userId: string },
  project: NamedProject | null,
): Promise<Answer> {
  const items = await listChoices(c.env.stores.db, userId, project?.id ?? null)
  const shown = items.map(({ kind, chosen, usual }) => ({ kind, place: chosen, usual }))
  return jsonRead(c, { project: project?.slug ?? null, items: shown } satisfies ChoicesJson)
}

function noticeJson(c: Context<AppEnv>, { id, facts, slug, createdAt, readAt }: InboxNotice): NoticeJson {
  const { title, lines, path } = noticeText(facts, slug)
  const url = publicOriginOf(c) + path
  return {
    ...{ id, kind: facts.kind, project: slug, time: isoOf(createdAt), read_at: isoOf(readAt) },
    ...{ title, lines: [...lines], url },
  }
}
