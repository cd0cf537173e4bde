import type { ColouredText } from '../../../domain/formats/ansi.ts'
import { grouped, type LogNode, type MarkedBy } from '../../../domain/logs/log-groups.ts'
import { openColouredLines, type ShownLine } from '../../../domain/logs/shown-colours.ts'
import type { LineRange } from '../../../storage/logs/log-text.ts'
import type { LogLine } from '../../../storage/logs/log-window.ts'
import { ColouredPart } from '../data/coloured.tsx'
import { countText, sizeText } from '../data/measures.ts'
import { type AskedLog, type LogPlace, lineAddress } from './asked-log.ts'
import { numberClass } from './condensed-lines.tsx'

/** How lines are shown. */
export type LineLook = {
  readonly place: LogPlace
  readonly asked: AskedLog
  readonly marked: LineRange | null
  /** The numbers of lines that tell of an error. */
  readonly errors: ReadonlySet<number>
  readonly markedBy: MarkedBy
  /** Whether more lines may come behind the last one. */
  readonly isGrowing: boolean
}

/** Lines of a log with their numbers, its groups folded. */
export function LogLines({ lines, look }: { lines: readonly LogLine[]; look: LineLook }) {
  const { wraps } = look.asked
  const nodes = rowsOf(grouped(lines, look.markedBy), openColouredLines(), openTimes())
  return (
    <ol
      class={`log ${numberClass(lines)}${wraps ? '' : ' unwrapped'}`}
      // What does not wrap scrolls, and what scrolls must be reachable with the keyboard.
      tabindex={wraps ? undefined : 0}
      aria-label="Lines"
    >
      <Nodes nodes={nodes} look={look} />
    </ol>
  )
}

/** A line as it is shown; `time` is null where it came with the line before. */
type Row = LogLine & { readonly shown: ShownLine; readonly time: number | null }

/** In the order of the log, since colours and times go on from line to line. */
function rowsOf(
  nodes: readonly LogNode<LogLine>[],
  shownOf: (text: string) => ShownLine,
  timeOf: (line: LogLine) => number | null,
): readonly LogNode<Row>[] {
  const rowOf = (line: LogLine): Row => ({ ...line, shown: shownOf(line.text), time: timeOf(line) })
  return nodes.map((node): LogNode<Row> => {
    if (node.kind === 'line') return { kind: 'line', line: rowOf(node.line) }
    const head = rowOf(node.head)
    return { ...node, head, nodes: [...rowsOf(node.nodes, shownOf, timeOf)] }
  })
}

function Nodes({ nodes, look }: { nodes: readonly LogNode<Row>[]; look: LineLook }) {
  return (
    <>
      {nodes.map((node, i) => {
        if (node.kind === 'line') return <Line row={node.line} look={look} />
        if (node.nodes.length === 0 && node.isEnded) return <Line row={node.head} look={look} />
        const isLast = i === nodes.length - 1 && !node.isEnded
        return <Group group={node} look={look} isOpen={isLast && look.isGrowing} />
      })}
    </>
  )
}

type GroupProps = {
  readonly group: LogNode<Row> & { kind: 'group' }
  readonly look: LineLook
  readonly isOpen: boolean
}

/** Folded, unless there is a reason to look into it. */
function Group({ group: { head, nodes }, look, isOpen }: GroupProps) {
  const lines = linesIn(nodes)
  const isOfNote = [head, ...lines].some(({ number }) => look.errors.has(number) || isMarked(number, look))
  return (
    <>
      <CutRow line={head} />
      <li>
        <details class="log-group" id={`G${head.number}`} open={isOpen || isOfNote}>
          <summary class={rowClass(head, look)} id={`L${head.number}`}>
            <span class="log-num">{head.number}</span>
            {look.asked.showsTimes && <RowTime at={head.time} />}
            <span class="log-text">
              <strong>{head.shown.parts.length === 0 ? 'Group' : <Parts parts={head.shown.parts} />}</strong>{' '}
              <span class="muted">{countText(lines.length, 'line')}</span>
            </span>
          </summary>
          <ol>
            <Nodes nodes={nodes} look={look} />
          </ol>
        </details>
      </li>
    </>
  )
}

function linesIn(nodes: readonly LogNode<Row>[]): readonly Row[] {
  return nodes.flatMap((node) => (node.kind === 'line' ? [node.line] : [node.head, ...linesIn(node.nodes)]))
}

function Line({ row, look }: { row: Row; look: LineLook }) {
  const { number, shown } = row
  const more = shown.leftOut + row.leftOut
  return (
    <>
      <CutRow line={row} />
      <li class={rowClass(row, look)} id={`L${number}`}>
        {/* Thousands of stops for the keyboard: there the field for a line number does the same. */}
        <a class="log-num" href={lineAddress(look.place, look.asked, number)} tabindex={-1}>
          {number}
        </a>
        {look.asked.showsTimes && <RowTime at={row.time} />}
        <span class="log-text">
          <Parts parts={shown.parts} />
          {more > 0 && <span class="muted"> … {countText(more, 'more character')}</span>}
        </span>
      </li>
    </>
  )
}

function Parts({ parts }: { parts: readonly ColouredText[] }) {
  return (
    <>
      {parts.map((part) => (
        <ColouredPart part={part} />
      ))}
    </>
  )
}

/** Stands where bytes are left out, for however many lines. */
function CutRow({ line: { cutBytes, number } }: { line: LogLine }) {
  return cutBytes > 0 ? (
    <li class="log-cut" id={`C${number}`}>
      {sizeText(cutBytes)} of the log are left out here
    </li>
  ) : null
}

/** The time of a line, where it is another one than that of the line before. */
function openTimes(): (line: LogLine) => number | null {
  let last: number | null = null
  return ({ at }) => {
    if (at === last) return null
    last = at
    return at
  }
}

function RowTime({ at }: { at: number | null }) {
  const iso = at === null ? null : new Date(at).toISOString()
  return (
    <span class="log-time">
      {iso && (
        <time datetime={iso} data-as="clock">
          {iso.slice(11, 19)}
        </time>
      )}
    </span>
  )
}

function rowClass({ number }: LogLine, look: LineLook): string {
  return ['log-line', look.errors.has(number) && 'error', isMarked(number, look) && 'marked'].filter(Boolean).join(' ')
}

function isMarked(number: number, { marked }: LineLook): boolean {
  return marked !== null && number >= marked.first && number <= marked.last
}
