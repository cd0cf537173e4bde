import { type Share, shareStateOf } from '../../../domain/access/share.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import type { Project } from '../../../domain/project.ts'
import type { ListedShare } from '../../../storage/shares/shares.ts'
import { buildPath, sharesPath } from '../frame/paths.ts'
import { Form } from '../parts/form-parts.tsx'
import { DataTable, Time } from '../parts/parts.tsx'

type Props = {
  readonly viewer: Viewer
  readonly project: Project
  readonly shares: readonly ListedShare[]
  readonly now: number
}

/** The share links of a project, each with a button that ends it. */
export function ShareTable({ viewer, project, shares, now }: Props) {
  return (
    <DataTable
      caption="Share links of this project"
      columns={[
        { label: 'Opens' },
        { label: 'Made' },
        { label: 'Uses' },
        { label: 'Last' },
        { label: 'Ends' },
        { label: 'Actions', class: 'end', unlabelled: true },
      ]}
      rows={shares.map((share) => [
        <Opens project={project} share={share} />,
        <span>
          <Time at={share.createdAt} now={now} />
          {share.createdBy && <span class="muted"> by {share.createdBy}</span>}
        </span>,
        <Uses share={share} />,
        <LastUse share={share} now={now} />,
        <End share={share} now={now} />,
        <Form viewer={viewer} action={`${sharesPath(project)}/${share.id}/end`} class="actions">
          <button type="submit" class="button small danger">
            End<span class="unseen"> the link to {share.thing.path}</span>
          </button>
        </Form>,
      ])}
    />
  )
}

function Opens({ project, share: { thing, of, label, lastFour } }: { project: Project; share: ListedShare }) {
  return (
    <>
      <strong>{label ?? thing.path}</strong>
      <span class="muted small-text details">
        {label !== null && `${thing.path} · `}
        {thing.kind !== 'path' && `${thing.kind} · `}
        {of.kind === 'build' ? (
          <a href={buildPath(project, of.num)}>build #{of.num}</a>
        ) : (
          `newest of ${of.branch ?? 'the default branch'}`
        )}
        {' · '}
        <code>…{lastFour}</code>
      </span>
    </>
  )
}

function Uses({ share: { uses, maxUses } }: { share: Share }) {
  return <span>{maxUses === null ? uses : `${uses} of ${maxUses}`}</span>
}

function LastUse({ share: { lastUsedAt, lastUsedFrom }, now }: { share: Share; now: number }) {
  if (lastUsedAt === null) return <span class="muted">Never</span>
  return (
    <span>
      <Time at={lastUsedAt} now={now} />
      {lastUsedFrom && <span class="muted"> from {lastUsedFrom}</span>}
    </span>
  )
}

function End({ share, now }: { share: Share; now: number }) {
  switch (shareStateOf(share, now)) {
    case 'expired':
      return <span class="tag bad">Expired</span>
    case 'used_up':
      return <span class="tag bad">Used up</span>
    case 'open':
      return <Time at={share.expiresAt} now={now} as="date" />
  }
}
