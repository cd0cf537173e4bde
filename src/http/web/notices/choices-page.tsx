import type { Context } from 'hono'
import { wholeReach } from '../../../domain/access/limits/reach.ts'
import { AppError, invalidInput } from '../../../domain/error.ts'
import { PERSONAL_KINDS, PLACES } from '../../../domain/notices/notice.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import { type Project, parseSlug, slugText } from '../../../domain/project.ts'
import { listChoices, putChoices } from '../../../storage/notices/choices.ts'
import { findAddress } from '../../../storage/notices/mail-addresses.ts'
import { findMembership, listMemberships } from '../../../storage/people/memberships.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import type { App } from '../../frame/route.ts'
import { accountPage } from '../account/account-layout.tsx'
import { redirectTo } from '../frame/flash.ts'
import { page } from '../frame/page.ts'
import { Field, Form, fieldAttributes } from '../parts/form-parts.tsx'
import { PageHead } from '../parts/parts.tsx'
import { ChoiceTable, placeField, USUAL } from './choice-table.tsx'
import { type MailErrors, MailSection } from './mail-section.tsx'

/** User settings → Notices. */
export function mountChoicesPage(app: App): void {
  page(app, 'GET /account/notices', async (c, { viewer }) =>
    choicesPage(c, viewer, { project: await projectFor(c, viewer, c.req.query('project')) }),
  )

  page(app, 'POST /account/notices', async (c, { viewer, form, actor }) => {
    const choices = choicesIn(form)
    if (choices.length === 0) throw invalidInput('', 'Choose where you are told of something.')
    const project = await projectFor(c, viewer, form.get('project') ?? undefined)
    await putChoices(c.env.stores, { userId: viewer.userId, projectId: project?.id ?? null }, choices, actor)
    return redirectTo(pathFor(project), 'choices-saved')
  })
}

/** What was chosen; kinds of which nothing was said stay as they are. */
function choicesIn(form: URLSearchParams) {
  return PERSONAL_KINDS.flatMap((kind) => {
    const text = form.get(placeField(kind))
    const place = PLACES.find((place) => place === text)
    return place !== undefined || text === USUAL ? [{ kind, place: place ?? null }] : []
  })
}

/** The project of the person's that is named; null for all of theirs. */
async function projectFor(c: Context<AppEnv>, viewer: Viewer, name = ''): Promise<Project | null> {
  if (name === '') return null
  const slug = parseSlug(name)
  const project = slug && (await findMembership(c.env.stores.db, wholeReach(viewer.userId), slug))
  if (!project) throw new AppError('project_not_found')
  return project
}

function pathFor(project: Project | null): string {
  return project ? `/account/notices?project=${slugText(project)}` : '/account/notices'
}

/** More than a drop-down can be searched for; the others have the address alone. */
const MAX_OFFERED = 500

type Shown = { readonly project: Project | null; readonly errors?: MailErrors; readonly typed?: string }

export async function choicesPage(
  c: Context<AppEnv>,
  viewer: Viewer,
  { project, errors, typed }: Shown,
): Promise<Response> {
  const { stores, settings } = c.env
  const [choices, memberships, address] = await Promise.all([
    listChoices(stores.db, viewer.userId, project?.id ?? null),
    listMemberships(stores.db, wholeReach(viewer.userId), { limit: MAX_OFFERED, offset: 0 }),
    findAddress(stores.db, viewer.userId),
  ])
  const lacksAddress = settings.mailer !== null && !address?.isConfirmed
  return accountPage(
    c,
    viewer,
    { title: 'Notices', here: '/account/notices', status: errors ? 422 : 200 },
    <>
      <PageHead title="Notices">
        What you are told of, and where: under the <a href="/notices">bell</a>, or there and by mail. Each change is
        told once.
      </PageHead>
      <ProjectChooser projects={memberships.map((one) => one.project)} chosen={project} />
      <Form viewer={viewer} action="/account/notices">
        {project && <input type="hidden" name="project" value={slugText(project)} />}
        <ChoiceTable choices={choices} isOfProject={project !== null} />
        {lacksAddress && (
          <p class="hint">What is for bell and mail goes to the bell alone while you have no confirmed address.</p>
        )}
        <div class="actions more">
          <button type="submit" class="button primary">
            Save
          </button>
        </div>
      </Form>
      <MailSection
        viewer={viewer}
        sendsMail={settings.mailer !== null}
        address={address}
        errors={errors ?? {}}
        typed={typed ?? ''}
      />
      <section class="section">
        <h2>In a feed reader</h2>
        <p>
          <code>{publicOriginOf(c)}/feed.atom</code> has your notices as an Atom feed, for a personal API token.
        </p>
      </section>
    </>,
  )
}

function ProjectChooser({ projects, chosen }: { projects: readonly Project[]; chosen: Project | null }) {
  const others = projects.filter(({ id }) => id !== chosen?.id)
  return (
    <form method="get" action="/account/notices" class="inline-form choose-project">
      <Field name="project" label="For">
        <select {...fieldAttributes('project')} data-submit>
          <option value="">All my projects</option>
          {chosen && (
            <option value={slugText(chosen)} selected>
              {slugText(chosen)}
            </option>
          )}
          {others.map((project) => (
            <option value={slugText(project)}>{slugText(project)}</option>
          ))}
        </select>
      </Field>
      <button type="submit" class="button">
        Show
      </button>
    </form>
  )
}
