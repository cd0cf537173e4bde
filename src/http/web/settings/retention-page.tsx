import type { Context } from 'hono'
import { MAX_KEPT_PER_BRANCH, MAX_RETENTION_DAYS, type Retention } from '../../../domain/builds/retention.ts'
import { AppError } from '../../../domain/error.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import type { Project } from '../../../domain/project.ts'
import { findRetention, putRetention } from '../../../storage/upkeep/retention.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import type { App } from '../../frame/route.ts'
import { redirectTo } from '../frame/flash.ts'
import { page } from '../frame/page.ts'
import { Field, Form, fieldAttributes } from '../parts/form-parts.tsx'
import { PageHead } from '../parts/parts.tsx'
import { settingsPage, settingsPath } from '../parts/settings-layout.tsx'

type FieldName = 'artifact_days' | 'build_days' | 'keep_per_branch'
type Texts = Readonly<Record<FieldName, string>>
type Errors = Partial<Record<FieldName, string>>

/** Each field, with what may be filled in and what is said of it. */
const FIELDS: Record<FieldName, { readonly label: string; readonly min: number; readonly max: number; hint: string }> =
  {
    artifact_days: {
      label: 'Days that artifacts are kept',
      min: 1,
      max: MAX_RETENTION_DAYS,
      hint: 'Files of older builds are deleted; the builds themselves and their test results stay.',
    },
    build_days: {
      label: 'Days that builds are kept',
      min: 1,
      max: MAX_RETENTION_DAYS,
      hint: 'Older builds are deleted with all that they have.',
    },
    keep_per_branch: {
      label: 'Newest pipelines kept of each branch',
      min: 0,
      max: MAX_KEPT_PER_BRANCH,
      hint: 'These stay with their artifacts, however old; of all tags together too.',
    },
  }
const NAMES = Object.keys(FIELDS) as FieldName[]

/** Project settings → Retention. */
export function mountRetentionPage(app: App): void {
  page(app, 'GET /:vcs/:org/:repo/settings/retention', async (c, { viewer, project }) =>
    retentionPage(c, viewer, project, { texts: textsOf(await findRetention(c.env.stores.db, project.id)) }),
  )

  page(app, 'POST /:vcs/:org/:repo/settings/retention', async (c, { actor, viewer, project, form }) => {
    const texts = {
      artifact_days: (form.get('artifact_days') ?? '').trim(),
      build_days: (form.get('build_days') ?? '').trim(),
      keep_per_branch: (form.get('keep_per_branch') ?? '').trim(),
    }
    const errors = problemsOf(texts)
    if (Object.keys(errors).length > 0) return retentionPage(c, viewer, project, { texts, errors })
    const retention = {
      artifactDays: Number(texts.artifact_days),
      buildDays: Number(texts.build_days),
      keepPerBranch: Number(texts.keep_per_branch),
    }
    if (!(await putRetention(c.env.stores, project.id, retention, actor))) throw new AppError('project_not_found')
    return redirectTo(`${settingsPath(project)}/retention`, 'retention-saved')
  })
}

function textsOf({ artifactDays, buildDays, keepPerBranch }: Retention): Texts {
  return { artifact_days: `${artifactDays}`, build_days: `${buildDays}`, keep_per_branch: `${keepPerBranch}` }
}

function problemsOf(texts: Texts): Errors {
  const errors: Errors = {}
  for (const name of NAMES) {
    const { min, max } = FIELDS[name]
    const count = /^\d{1,5}$/.test(texts[name]) ? Number(texts[name]) : Number.NaN
    if (!(count >= min && count <= max)) errors[name] = `Enter a whole number from ${min} to ${max}.`
  }
  if (!errors.artifact_days && !errors.build_days && Number(texts.artifact_days) > Number(texts.build_days))
    errors.artifact_days = 'Artifacts cannot be kept longer than their builds.'
  return errors
}

function retentionPage(
  c: Context<AppEnv>,
  viewer: Viewer,
  project: Project,
  { texts, errors }: { readonly texts: Texts; readonly errors?: Errors },
): Response {
  return settingsPage(
    c,
    { viewer, project, here: '/retention' },
    { title: 'Retention', status: errors ? 422 : 200 },
    <>
      <PageHead title="Retention">What is older is deleted within a day or so, and cannot be had back.</PageHead>
      <Form viewer={viewer} action={`${settingsPath(project)}/retention`}>
        {NAMES.map((name) => {
          const { label, min, max, hint } = FIELDS[name]
          const error = errors?.[name]
          return (
            <Field name={name} label={label} error={error} hint={hint}>
              <input
                type="number"
                {...fieldAttributes(name, { error, hint: true })}
                value={texts[name]}
                min={min}
                max={max}
                step={1}
                required
              />
            </Field>
          )
        })}
        <div class="actions">
          <button type="submit" class="button primary">
            Save
          </button>
        </div>
      </Form>
    </>,
  )
}
