import type { Context } from 'hono'
import { DEFAULT_SHARE_DAYS, MAX_SHARE_USES } from '../../../domain/access/share.ts'
import { type Artifact, fileNameOf } from '../../../domain/artifacts/artifact.ts'
import { folderOfIndex, isReportIndex, reportNameOf } from '../../../domain/artifacts/report-kind.ts'
import { isShown } from '../../../domain/artifacts/shown-type.ts'
import { DAY_MS } from '../../../domain/day.ts'
import { MAX_LABEL_LENGTH, parseLabel } from '../../../domain/label.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import type { Project } from '../../../domain/project.ts'
import type { ListedShare } from '../../../storage/shares/shares.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { FORM_ID, newFormId } from '../frame/form-id.ts'
import { buildPath, projectPath, sharedFilePath } from '../frame/paths.ts'
import { Field, Form, fieldAttributes } from '../parts/form-parts.tsx'
import { type Crumb, renderPage } from '../parts/layout.tsx'
import { PageHead } from '../parts/parts.tsx'

export type ShareErrors = { readonly label?: string; readonly expires?: string; readonly uses?: string }
type Wanted = Pick<ListedShare, 'thing' | 'label' | 'showsName' | 'expiresAt' | 'maxUses'>

const LIVES = { '1': '1 day', '7': '7 days', '30': '30 days', '90': '90 days' } as const

/** What the form asks for; or what is wrong, by its fields. */
export function filledIn(
  form: URLSearchParams,
  { nodeIndex, path }: Artifact,
  now: number,
): { kind: 'right'; wanted: Wanted } | { kind: 'wrong'; errors: ShareErrors } {
  const named = (form.get('label') ?? '').trim()
  const label = named === '' ? null : parseLabel(named)
  const days = form.get('expires') ?? ''
  const usesText = (form.get('uses') ?? '').trim()
  const uses = /^[1-9]\d{0,6}$/.test(usesText) && Number(usesText) <= MAX_SHARE_USES ? Number(usesText) : null
  const errors: ShareErrors = {
    ...(label && !label.ok ? { label: `The label ${label.rule}.` } : {}),
    ...(Object.hasOwn(LIVES, days) ? {} : { expires: 'Choose when the link ends.' }),
    ...(usesText === '' || uses !== null
      ? {}
      : { uses: `Say a whole number from 1 to ${MAX_SHARE_USES}, or nothing.` }),
  }
  if (Object.keys(errors).length > 0) return { kind: 'wrong', errors }
  const wanted = {
    thing: { kind: isReport(form, path) ? 'report' : 'path', nodeIndex, path },
    label: label?.ok ? label.label : null,
    showsName: form.get('show_name') === 'yes',
    expiresAt: now + Number(days) * DAY_MS,
    maxUses: uses,
  } as const
  return { kind: 'right', wanted }
}

export type Place = { readonly viewer: Viewer; readonly project: Project; readonly artifact: Artifact }

/** Asks for how long, how often and how openly a file is to be shared. */
export function sharePage(
  c: Context<AppEnv>,
  {
    viewer,
    project,
    artifact,
    form,
    errors,
  }: Place & { readonly form: URLSearchParams; readonly errors?: ShareErrors },
): Response {
  const back = `${buildPath(project, artifact.buildNum)}#artifacts`
  const name = nameOf(form, artifact.path)
  const days = form.get('expires') ?? String(DEFAULT_SHARE_DAYS)
  return renderPage(
    c,
    {
      title: `Share ${name}`,
      viewer,
      status: errors ? 422 : 200,
      crumbs: crumbsOf(project, `Share ${name}`),
    },
    <>
      <PageHead title={`Share ${name}`}>
        Whoever has the link gets this of build #{artifact.buildNum} and nothing else, without an account, until it
        ends.
      </PageHead>
      <Form viewer={viewer} action={sharedFilePath(project, artifact.buildNum, artifact)} class="stack">
        <input type="hidden" name={FORM_ID} value={form.get(FORM_ID) ?? newFormId()} />
        {isShown(artifact.path) && <Ways isReport={isReport(form, artifact.path)} path={artifact.path} />}
        <Field name="expires" label="Ends in" error={errors?.expires}>
          <select {...fieldAttributes('expires', { error: errors?.expires })}>
            {Object.entries(LIVES).map(([life, text]) => (
              <option value={life} selected={life === days}>
                {text}
              </option>
            ))}
          </select>
        </Field>
        <Field
          name="uses"
          label="Uses at most"
          error={errors?.uses}
          hint="Empty: no limit. The button on the link’s page counts one; looking at that page counts none."
        >
          <input
            type="number"
            {...fieldAttributes('uses', { error: errors?.uses, hint: true })}
            value={form.get('uses') ?? ''}
            min="1"
            max={String(MAX_SHARE_USES)}
          />
        </Field>
        <Field name="label" label="Label" error={errors?.label} hint="To remember it by; only members see it.">
          <input
            type="text"
            {...fieldAttributes('label', { error: errors?.label, hint: true })}
            value={form.get('label') ?? ''}
            maxlength={MAX_LABEL_LENGTH}
            autocomplete="off"
          />
        </Field>
        <label class="choice">
          <input type="checkbox" name="show_name" value="yes" checked={form.get('show_name') === 'yes'} /> Show the name
          on the link’s page, also to chat programs that look at links
        </label>
        <div class="actions">
          <button type="submit" class="button primary">
            Make the link
          </button>
          <a class="button" href={back}>
            Cancel
          </a>
        </div>
      </Form>
    </>,
  )
}

/** A report has the name of its folder, as on its build's page. */
function nameOf(form: URLSearchParams, path: string): string {
  return isReport(form, path) ? reportNameOf(path) : fileNameOf(path)
}

/** Whether it is to be shown and not downloaded. */
function isReport(form: URLSearchParams, path: string): boolean {
  return form.get('as') === 'report' && isShown(path)
}

function Ways({ isReport, path }: { readonly isReport: boolean; readonly path: string }) {
  return (
    <fieldset>
      <legend>The link</legend>
      <label class="choice">
        <input type="radio" name="as" value="report" checked={isReport} /> opens it in the browser{withWhat(path)}
      </label>
      <label class="choice">
        <input type="radio" name="as" value="file" checked={!isReport} /> downloads this one file
      </label>
    </fieldset>
  )
}

/** What a report needs beside its page, and so is opened too. */
function withWhat(path: string): string {
  if (!isReportIndex(path)) return ''
  const folder = folderOfIndex(path)
  return folder === '' ? ', with every file that this node of the build made' : `, with every file of ${folder}`
}

export function crumbsOf(project: Project, text: string): readonly Crumb[] {
  return [
    { text: 'Projects', href: '/' },
    { text: `${project.org}/${project.repo}`, href: projectPath(project) },
    { text },
  ]
}
