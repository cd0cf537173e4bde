import { ISSUERS, type IssuerKind, type TrustedPublisher } from '../../../domain/access/trusted-publisher.ts'
import { wordTable } from '../../../domain/formats/word-table.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import { FORM_ID, newFormId } from '../frame/form-id.ts'
import { Field, Form, fieldAttributes } from '../parts/form-parts.tsx'
import { DataTable, Time } from '../parts/parts.tsx'

type ListedPublisher = TrustedPublisher & { readonly createdBy: string | null }

export function PublisherTable(props: { publishers: readonly ListedPublisher[]; base: string; now: number }) {
  const { publishers, base, now } = props
  return (
    <DataTable
      caption="Trusted publishers of this project"
      columns={[
        { label: 'CI system' },
        { label: 'Claims' },
        { label: 'Created' },
        { label: 'Actions', class: 'end', unlabelled: true },
      ]}
      rows={publishers.map(({ id, kind, issuer, claims, createdAt, createdBy }) => [
        <>
          <strong>{ISSUERS[kind].name}</strong>
          <span class="muted small-text">{issuer}</span>
        </>,
        <Claims claims={claims} />,
        <span>
          <Time at={createdAt} now={now} />
          {createdBy && <span class="muted"> by {createdBy}</span>}
        </span>,
        <div class="actions">
          <a class="button small danger" href={`${base}/${id}/delete`}>
            Delete
            <span class="unseen">
              {' '}
              {ISSUERS[kind].name} {Object.values(claims).join(', ')}
            </span>
          </a>
        </div>,
      ])}
    />
  )
}

export function Claims({ claims }: Pick<TrustedPublisher, 'claims'>) {
  return (
    <ul>
      {Object.entries(claims).map(([name, value]) => (
        <li>
          <code>
            {name} = {value}
          </code>
        </li>
      ))}
    </ul>
  )
}

/** Chooses the CI system of the form below: each has other claims. */
export function KindForm(props: { action: string; chosen: IssuerKind; error: string | undefined }) {
  const { action, chosen, error } = props
  return (
    <form method="get" action={action} class="inline-form">
      <Field name="kind" label="CI system" error={error}>
        <select {...fieldAttributes('kind', { error })} data-submit>
          {Object.entries(ISSUERS).map(([kind, { name }]) => (
            <option value={kind} selected={kind === chosen}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      <button type="submit" class="button">
        Choose
      </button>
    </form>
  )
}

/** Where a person finds what has to be pinned. */
const WHERE_FOUND = wordTable<string>({
  repository_id: 'Its number: gh api repos/OWNER/REPO --jq .id',
  project_id: 'Its number: on the project’s page, under the ⋮ menu → Copy project ID.',
  'oidc.circleci.com/org-id': 'Organization Settings → Overview.',
  'oidc.circleci.com/project-id': 'Project Settings → Overview.',
  pipeline_id: 'The pipeline’s UUID, from its settings. The job has to ask for this claim.',
})

type FormProps = {
  readonly viewer: Viewer
  readonly list: string
  readonly kind: IssuerKind
  readonly ownIssuers: readonly string[]
  readonly form: URLSearchParams
  readonly errors: Readonly<Record<string, string>>
}

export function PublisherForm({ viewer, list, kind, ownIssuers, form, errors }: FormProps) {
  const { mandatory, optional } = ISSUERS[kind]
  const claim = (name: string, isMandatory: boolean) => {
    const field = `claim:${name}`
    const hint = WHERE_FOUND.get(name)
    return (
      <Field name={field} label={isMandatory ? name : `${name} (optional)`} error={errors[field]} hint={hint}>
        <input
          type="text"
          {...fieldAttributes(field, { error: errors[field], hint: hint !== undefined })}
          value={form.get(field) ?? ''}
          required={isMandatory}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
        />
      </Field>
    )
  }
  return (
    <Form viewer={viewer} action={list}>
      <input type="hidden" name={FORM_ID} value={newFormId()} />
      <input type="hidden" name="kind" value={kind} />
      {(ownIssuers.length > 0 || errors.issuer) && (
        <IssuerField kind={kind} own={ownIssuers} chosen={form.get('issuer') ?? ''} error={errors.issuer} />
      )}
      {mandatory.map((name) => claim(name, true))}
      <details class="more" open={optional.some((name) => form.get(`claim:${name}`) || errors[`claim:${name}`])}>
        <summary>Pin more: a branch, an environment …</summary>
        {optional.map((name) => claim(name, false))}
      </details>
      <div class="actions">
        <button type="submit" class="button primary">
          Add publisher
        </button>
        <a class="button" href={list}>
          Cancel
        </a>
      </div>
    </Form>
  )
}

/** Shown only where the instance trusts another server besides the public one. */
function IssuerField(props: { kind: IssuerKind; own: readonly string[]; chosen: string; error: string | undefined }) {
  const { kind, own, chosen, error } = props
  return (
    <Field name="issuer" label="Issuer" error={error}>
      <select {...fieldAttributes('issuer', { error })}>
        <option value="">{ISSUERS[kind].issuer ?? `${ISSUERS[kind].name}, of the organization below`}</option>
        {own.map((issuer) => (
          <option value={issuer} selected={issuer === chosen}>
            {issuer}
          </option>
        ))}
      </select>
    </Field>
  )
}
