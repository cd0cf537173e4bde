// biome-ignore-all lint/a11y/noRedundantRoles: browsers drop the roles of a table whose display is changed, as it is on phones.

import type { Child } from 'hono/jsx'
import { hasHidden } from '../../../domain/formats/visible-text.ts'
import { Icon, type IconName } from './icon.tsx'
import { agoText } from './time-text.ts'

/** A time as people say it, exact on hover; the page's script puts it into the reader's zone. */
export function Time({ at, now, as = 'ago' }: { at: number; now: number; as?: 'ago' | 'date' }) {
  const iso = new Date(at).toISOString()
  return (
    <time datetime={iso} data-as={as} title={`${iso.slice(0, 19).replace('T', ' ')} UTC`}>
      {as === 'ago' ? agoText(at, now) : DATE.format(at)}
    </time>
  )
}

const DATE = {
  format: (at: number) => new Date(at).toLocaleDateString('en-US', { dateStyle: 'medium', timeZone: 'UTC' }),
}

/** What is known of a thing, side by side: each with its name. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: Child])[] }) {
  return (
    <dl class="row facts callout">
      {facts.map(([name, value]) => (
        <div>
          <dt class="muted small-text">{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** The head of a page: its `<h1>`, a sentence, and what can be done. */
export function PageHead({ title, children, actions }: { title: Child; children?: Child; actions?: Child }) {
  return (
    <div class="page-head">
      <div>
        <h1>{title}</h1>
        {children && <p class="lead">{children}</p>}
      </div>
      {actions && <div class="actions">{actions}</div>}
    </div>
  )
}

/**
 * Text to take along, with a button that copies it; `id` is unique on the page. Where the page writes characters of it out,
 * a field has it as it is.
 */
export function Copyable({ id, text, label, block }: { id: string; text: string; label: string; block?: boolean }) {
  const isChanged = hasHidden(text)
  return (
    <div class={block ? 'copyable block' : 'copyable'}>
      {/* A wide line scrolls, and what scrolls must be reachable with the keyboard. */}
      {/* biome-ignore lint/a11y/useSemanticElements: a group of one line is no fieldset. */}
      <pre role="group" tabindex={0} aria-label={label}>
        <code id={isChanged ? undefined : id}>{text}</code>
      </pre>
      {isChanged && <input type="hidden" id={id} value={text} />}
      <button type="button" class="button small" data-copy={id} hidden>
        <Icon name="copy" />
        <span class="copy-label">Copy</span>
        <span class="unseen"> {label}</span>
      </button>
    </div>
  )
}

/** Shown in place of an empty list: that there is nothing yet, and what to do. */
export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: Child }) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
    </div>
  )
}

export type Column = { readonly label: string; readonly class?: string; readonly unlabelled?: boolean }

/**
 * A table that becomes a list of cards on phones. The roles are said, since browsers forget them when the display
 * changes.
 */
export function DataTable({
  caption,
  columns,
  rows,
  rowIds,
}: {
  caption: string
  columns: readonly Column[]
  rows: readonly Child[][]
  /** By which a page that is kept up to date knows its rows again. */
  rowIds?: readonly string[]
}) {
  return (
    <table class="data" role="table">
      <caption class="unseen">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ label, class: name, unlabelled }) => (
            <th role="columnheader" scope="col" class={name}>
              {unlabelled ? <span class="unseen">{label}</span> : label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((cells, row) => (
          <tr role="row" id={rowIds?.[row]}>
            {cells.map((cell, index) => (
              <td
                role="cell"
                class={columns[index]?.class}
                data-label={columns[index]?.unlabelled ? undefined : columns[index]?.label}
              >
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

type PagerProps = {
  readonly newer: string | null
  readonly older: string | null
  /** What the two are called where the list does not go by time, or the first leads all the way back. */
  readonly words?: readonly [newer: string, older: string]
  /** Said between the two: which page of how many. */
  readonly where?: string | undefined
}

/** Newer and older pages of a list. */
export function Pager({ newer, older, words = ['Newer', 'Older'], where }: PagerProps) {
  if (!newer && !older) return null
  return (
    <nav class="pager" aria-label="Pages">
      {newer ? (
        <a class="button" href={newer} rel="prev">
          {words[0]}
        </a>
      ) : (
        <span />
      )}
      {where && <span class="muted small-text">{where}</span>}
      {older ? (
        <a class="button" href={older} rel="next">
          {words[1]}
        </a>
      ) : (
        <span />
      )}
    </nav>
  )
}
