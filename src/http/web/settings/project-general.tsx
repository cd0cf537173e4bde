import type { Context } from 'hono'
import type { Viewer } from '../../../domain/people/session.ts'
import { type Project, slugText, type Visibility, vcsUrlFor } from '../../../domain/project.ts'
import { deleteProject, updateProject } from '../../../storage/projects/project-settings.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import type { App } from '../../frame/route.ts'
import { VisibilityTag } from '../data/project-name.tsx'
import { redirectTo } from '../frame/flash.ts'
import { page } from '../frame/page.ts'
import { Field, Form, fieldAttributes, HiddenNote } from '../parts/form-parts.tsx'
import { PageHead } from '../parts/parts.tsx'
import { settingsPage, settingsPath } from '../parts/settings-layout.tsx'

const MAX_BRANCH_LENGTH = 1_024

/** Project settings → General, and → Danger zone. */
export function mountProjectGeneral(app: App): void {
  page(app, 'GET /:vcs/:org/:repo/settings', (c, { viewer, project }) =>
    generalPage(c, viewer, project, { branch: project.defaultBranch }),
  )

  page(app, 'POST /:vcs/:org/:repo/settings', async (c, { actor, viewer, project, form }) => {
    const branch = (form.get('default_branch') ?? '').trim()
    const rule = branchProblem(branch)
    if (rule) return generalPage(c, viewer, project, { branch, error: rule })
    await updateProject(c.env.stores, project.id, { defaultBranch: branch }, actor)
    return redirectTo(settingsPath(project), 'branch-saved')
  })

  page(app, 'GET /:vcs/:org/:repo/settings/danger', (c, { viewer, project }) => dangerPage(c, viewer, project))

  page(app, 'POST /:vcs/:org/:repo/settings/visibility', async (c, { actor, viewer, project, form }) => {
    const visibility = form.get('visibility')
    if (visibility !== 'private' && visibility !== 'public') return dangerPage(c, viewer, project)
    if (visibility === 'public' && form.get('understood') !== 'yes')
      return dangerPage(c, viewer, project, { visibility: 'Tick the box to say that you mean it.' })
    await updateProject(c.env.stores, project.id, { visibility }, actor)
    return redirectTo(`${settingsPath(project)}/danger`, visibility === 'public' ? 'project-public' : 'project-private')
  })

  page(app, 'POST /:vcs/:org/:repo/settings/delete', async (c, { actor, viewer, project, form }) => {
    const slug = slugText(project)
    if (form.get('confirm')?.trim() !== slug)
      return dangerPage(c, viewer, project, { confirm: `Type ${slug} to delete the project.` })
    await deleteProject(c.env.stores, project, actor)
    return redirectTo('/', 'project-deleted')
  })
}

/** What is wrong with a default branch. */
export function branchProblem(branch: string): string | null {
  if (branch === '' || branch.length > MAX_BRANCH_LENGTH)
    return `The default branch must be 1 to ${MAX_BRANCH_LENGTH} characters long.`
  return /\p{Cc}/u.test(branch) || !branch.isWellFormed()
    ? 'The default branch must not contain control characters.'
    : null
}

function generalPage(
  c: Context<AppEnv>,
  viewer: Viewer,
  project: Project,
  { branch, error }: { readonly branch: string; readonly error?: string },
): Response {
  return settingsPage(
    c,
    { viewer, project, here: '' },
    { title: 'Settings', status: error ? 422 : 200 },
    <>
      <PageHead
        title={
          <>
            {project.org}/{project.repo} <VisibilityTag project={project} />
          </>
        }
      >
        <a href={vcsUrlFor(project)}>{vcsUrlFor(project)}</a>
      </PageHead>
      <Form viewer={viewer} action={settingsPath(project)}>
        <Field
          name="default_branch"
          label="Default branch"
          error={error}
          hint="Badges, the dashboard and “latest artifacts” are about this branch when nobody names one."
        >
          <input
            type="text"
            {...fieldAttributes('default_branch', { error, hint: true })}
            value={branch}
            required
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
          />
          <HiddenNote text={branch} />
        </Field>
        <div class="actions">
          <button type="submit" class="button primary">
            Save
          </button>
        </div>
      </Form>
    </>,
  )
}

type Errors = { readonly visibility?: string; readonly confirm?: string }

function dangerPage(c: Context<AppEnv>, viewer: Viewer, project: Project, errors: Errors = {}): Response {
  const isRefused = Boolean(errors.visibility ?? errors.confirm)
  return settingsPage(
    c,
    { viewer, project, here: '/danger' },
    { title: 'Danger zone', status: isRefused ? 422 : 200 },
    <>
      <PageHead title="Danger zone" />
      <div class="stack">
        <VisibilityCard viewer={viewer} project={project} error={errors.visibility} />
        <DeleteCard viewer={viewer} project={project} error={errors.confirm} />
      </div>
    </>,
  )
}

function VisibilityCard({ viewer, project, error }: { viewer: Viewer; project: Project; error: string | undefined }) {
  const isPublic = project.visibility === 'public'
  const wanted: Visibility = isPublic ? 'private' : 'public'
  return (
    <section class="card danger">
      <div class="card-head">
        <h2>Make this project {wanted}</h2>
        <VisibilityTag project={project} />
      </div>
      <Form viewer={viewer} action={`${settingsPath(project)}/visibility`} class="card-body stack">
        <input type="hidden" name="visibility" value={wanted} />
        <p>
          {isPublic
            ? 'Only members and this project’s tokens can read it then. Badges without a token stop working.'
            : 'Everybody on the internet can read its builds, test results and artifacts then, without a token.'}
        </p>
        {!isPublic && (
          <div class={error ? 'field bad' : 'field'}>
            <label class="choice">
              <input type="checkbox" {...fieldAttributes('understood', { error })} value="yes" required />I want
              everybody to be able to read it
            </label>
            {error && (
              <p class="field-error" id="understood-error">
                {error}
              </p>
            )}
          </div>
        )}
        <button type="submit" class="button danger">
          Make {wanted}
        </button>
      </Form>
    </section>
  )
}

function DeleteCard({ viewer, project, error }: { viewer: Viewer; project: Project; error: string | undefined }) {
  const slug = slugText(project)
  return (
    <section class="card danger">
      <div class="card-head">
        <h2>Delete this project</h2>
      </div>
      <Form viewer={viewer} action={`${settingsPath(project)}/delete`} class="card-body stack">
        <p>Its builds, test results, artifacts, tokens and members go with it. This cannot be undone.</p>
        <Field name="confirm" label={`Type ${slug} to confirm`} error={error}>
          <input
            type="text"
            {...fieldAttributes('confirm', { error })}
            required
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
          />
        </Field>
        <button type="submit" class="button primary danger">
          Delete project
        </button>
      </Form>
    </section>
  )
}
