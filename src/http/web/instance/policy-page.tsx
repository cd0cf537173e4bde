import type { Context } from 'hono'
import { MAX_NETWORKS } from '../../../domain/access/limits/limits.ts'
import { parseNetwork } from '../../../domain/access/limits/network.ts'
import {
  type Breach,
  MAX_POLICY_DAYS,
  MIN_UNUSED_DAYS,
  type Policy,
  PROJECT_MAKERS,
  type ProjectMakers,
} from '../../../domain/access/policy.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import { type Breaking, endBreaking, listBreaking } from '../../../storage/tokens/policy/breaking.ts'
import { findPolicy, putPolicy } from '../../../storage/tokens/policy/policy.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { queryText } from '../../frame/request/input.ts'
import type { App } from '../../frame/route.ts'
import { redirectTo } from '../frame/flash.ts'
import { page } from '../frame/page.ts'
import { Field, Form, fieldAttributes } from '../parts/form-parts.tsx'
import { DataTable, PageHead, Time } from '../parts/parts.tsx'
import { instancePage, POLICY_PATH } from './instance-layout.tsx'

type DaysName = 'personal_days' | 'project_days' | 'unused_days'
type FieldName = DaysName | 'project_makers' | 'cidrs'
type Texts = Readonly<Record<FieldName, string>>
type Errors = Partial<Record<FieldName | 'confirm', string>>

const DAYS: Record<DaysName, { readonly label: string; readonly min: number; readonly hint: string }> = {
  personal_days: {
    label: 'Longest life of personal tokens, in days',
    min: 1,
    hint: 'Whoever asks for more is told so. Empty: as long as they like.',
  },
  project_days: {
    label: 'Longest life of project and organization tokens, in days',
    min: 1,
    hint: 'Badges in READMEs need new ones then. Empty: as long as they like.',
  },
  unused_days: {
    label: 'End tokens that nobody used for so many days',
    min: MIN_UNUSED_DAYS,
    hint: `At least ${MIN_UNUSED_DAYS}; those of before, too. Empty: none.`,
  },
}
const DAYS_NAMES = Object.keys(DAYS) as DaysName[]

/** Instance → Token policy: what the owners demand of tokens, and those that go against it. */
export function mountPolicyPage(app: App): void {
  page(app, 'GET /instance/policy', async (c, { viewer }) => {
    const { policy } = await findPolicy(c.env.stores.db)
    return policyPage(c, viewer, policy, { texts: textsOf(policy) })
  })

  page(app, 'POST /instance/policy', async (c, { actor, viewer, form }) => {
    const textOf = (name: FieldName) => (form.get(name) ?? '').trim()
    const texts: Texts = {
      ...{ personal_days: textOf('personal_days'), project_days: textOf('project_days') },
      ...{ unused_days: textOf('unused_days'), project_makers: textOf('project_makers'), cidrs: textOf('cidrs') },
    }
    const { policy, errors } = policyOf(texts)
    if (!policy) return policyPage(c, viewer, (await findPolicy(c.env.stores.db)).policy, { texts, errors })
    await putPolicy(c.env.stores, policy, actor)
    return redirectTo(POLICY_PATH, 'policy-saved')
  })

  page(app, 'POST /instance/policy/end', async (c, { actor, viewer, form }) => {
    const { policy } = await findPolicy(c.env.stores.db)
    if (form.get('confirm')?.trim() !== 'END') {
      const errors = { confirm: 'Type END, in capital letters, to end the tokens.' }
      return policyPage(c, viewer, policy, { texts: textsOf(policy), errors })
    }
    const { isAll } = await endBreaking(c.env.stores, policy, actor)
    return redirectTo(POLICY_PATH, isAll ? 'breaking-ended' : 'some-breaking-ended')
  })
}

function textsOf({ personalDays, projectDays, unusedDays, projectMakers, cidrs }: Policy): Texts {
  return {
    personal_days: personalDays === null ? '' : `${personalDays}`,
    project_days: projectDays === null ? '' : `${projectDays}`,
    unused_days: unusedDays === null ? '' : `${unusedDays}`,
    project_makers: projectMakers,
    cidrs: cidrs?.join('\n') ?? '',
  }
}

function policyOf(texts: Texts): { readonly policy: Policy | null; readonly errors: Errors } {
  const errors: Errors = {}
  const daysOf = (name: DaysName) => {
    const { min } = DAYS[name]
    if (texts[name] === '') return null
    const days = /^\d{1,5}$/.test(texts[name]) ? Number(texts[name]) : Number.NaN
    if (!(days >= min && days <= MAX_POLICY_DAYS))
      errors[name] = `Enter a whole number from ${min} to ${MAX_POLICY_DAYS}, or nothing.`
    return days
  }
  const days = { personalDays: daysOf('personal_days'), projectDays: daysOf('project_days') }
  const unusedDays = daysOf('unused_days')
  const makers = texts.project_makers
  if (!Object.hasOwn(PROJECT_MAKERS, makers)) errors.project_makers = 'Choose who may make them.'
  const lines = texts.cidrs.split(/[\s,]+/).filter((line) => line !== '')
  const unread = lines.find((line) => parseNetwork(line) === null)
  if (unread !== undefined) errors.cidrs = `“${unread}” is no network: write 10.0.0.0/8 or 2001:db8::/32.`
  if (lines.length > MAX_NETWORKS) errors.cidrs = `There are at most ${MAX_NETWORKS} networks.`
  if (Object.keys(errors).length > 0) return { policy: null, errors }
  const networks = lines.flatMap((line) => parseNetwork(line) ?? [])
  const cidrs = networks.length > 0 ? networks : null
  return { policy: { ...days, unusedDays, projectMakers: makers as ProjectMakers, cidrs }, errors }
}

async function policyPage(
  c: Context<AppEnv>,
  viewer: Viewer,
  policy: Policy,
  { texts, errors }: { readonly texts: Texts; readonly errors?: Errors },
): Promise<Response> {
  const { found, next } = await listBreaking(c.env.stores.db, policy, queryText(c, 'after'))
  return instancePage(
    c,
    viewer,
    { title: 'Token policy', here: POLICY_PATH, status: errors ? 422 : 200 },
    <>
      <PageHead title="Token policy">
        What is demanded of tokens that are made from now on, on all projects of this server. A change ends none by
        itself. The tokens of CI jobs, which live for an hour, are not meant.
      </PageHead>
      <Form viewer={viewer} action={POLICY_PATH}>
        {DAYS_NAMES.map((name) => {
          const { label, min, hint } = DAYS[name]
          return (
            <Field name={name} label={label} error={errors?.[name]} hint={hint}>
              <input
                type="number"
                {...fieldAttributes(name, { error: errors?.[name], hint: true })}
                value={texts[name]}
                min={min}
                max={MAX_POLICY_DAYS}
                step={1}
              />
            </Field>
          )
        })}
        <Field
          name="project_makers"
          label="Who may make project and organization tokens"
          error={errors?.project_makers}
          hint="For an organization also whoever may create projects there. Whom it leaves out is told so; tokens of before stay."
        >
          <select {...fieldAttributes('project_makers', { error: errors?.project_makers, hint: true })}>
            {Object.entries(PROJECT_MAKERS).map(([makers, { name }]) => (
              <option value={makers} selected={makers === texts.project_makers}>
                {name}
              </option>
            ))}
          </select>
        </Field>
        <Field
          name="cidrs"
          label="Networks"
          error={errors?.cidrs}
          hint="One a line. Each token has to be limited to networks within these. Empty: they may be used from anywhere."
        >
          <textarea
            {...fieldAttributes('cidrs', { error: errors?.cidrs, hint: true })}
            rows={2}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
          >
            {texts.cidrs}
          </textarea>
        </Field>
        <div class="actions">
          <button type="submit" class="button primary">
            Save
          </button>
        </div>
      </Form>
      {found.length > 0 && (
        <section class="section">
          <h2>{headOf(found.length, next !== null)}</h2>
          <BreakingTable found={found} now={c.env.stores.now()} />
          <Form viewer={viewer} action={`${POLICY_PATH}/end`}>
            <Field
              name="confirm"
              label={next === null ? 'End these tokens' : 'End these, and all others that go against it'}
              error={errors?.confirm}
              hint="Whatever uses them is refused within 10 seconds. Type END."
            >
              <input
                type="text"
                {...fieldAttributes('confirm', { error: errors?.confirm, hint: true })}
                required
                autocomplete="off"
              />
            </Field>
            <div class="actions">
              <button type="submit" class="button danger">
                End tokens
              </button>
            </div>
          </Form>
        </section>
      )}
      {next !== null && (
        <p>
          <a href={`${POLICY_PATH}?after=${next}`}>
            {found.length === 0 ? 'None of the tokens looked at goes against it: look at more' : 'More tokens'}
          </a>
        </p>
      )}
    </>,
  )
}

function headOf(count: number, hasMore: boolean): string {
  if (hasMore) return `The first ${count} tokens that go against it`
  return count === 1 ? 'One token goes against it' : `${count} tokens go against it`
}

const BREACHES: Record<Breach, string> = { life: 'lives too long', networks: 'works from elsewhere' }

function BreakingTable({ found, now }: { found: readonly Breaking[]; now: number }) {
  const columns = [
    { label: 'Token' },
    { label: 'Of' },
    { label: 'Created by' },
    { label: 'Created' },
    { label: 'Expires' },
    { label: 'Why' },
  ]
  const rows = found.map(({ token, breaches, createdBy, project }) => [
    <>
      <strong>{token.label}</strong>
      <code class="muted">
        {token.prefix}…{token.lastFour}
      </code>
    </>,
    project ?? (token.kind === 'organization' ? 'an organization' : 'a person'),
    createdBy ?? <span class="muted">–</span>,
    <Time at={token.createdAt} now={now} />,
    token.expiresAt === null ? <span class="muted">Never</span> : <Time at={token.expiresAt} now={now} as="date" />,
    breaches.map((breach) => BREACHES[breach]).join(', '),
  ])
  return <DataTable caption="Tokens that go against the policy" columns={columns} rows={rows} />
}
