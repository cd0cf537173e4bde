import type { Child } from 'hono/jsx'
import type { Build, Step } from '../../../domain/builds/build.ts'
import type { Condensed } from '../../../domain/logs/condense.ts'
import type { LogStream } from '../../../domain/logs/log.ts'
import type { MarkedBy } from '../../../domain/logs/log-groups.ts'
import type { Project } from '../../../domain/project.ts'
import type { LogCutLines, LogWindow } from '../../../storage/logs/log-window.ts'
import type { LogSearch } from '../../../storage/logs/search-log.ts'
import { countText, durationText, sizeText } from '../data/measures.ts'
import { stepStatusOf, stepTimeOf } from '../data/step-list.tsx'
import { stepLogPath } from '../frame/paths.ts'
import { Icon } from '../parts/icon.tsx'
import { Empty } from '../parts/parts.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { STATUS_WORD, Status } from '../parts/status.tsx'
import { type AskedLog, type LogPlace, lineAddress, logAddress, logQuery, MAX_SEARCH } from './asked-log.ts'
import { CondensedLines, numberClass } from './condensed-lines.tsx'
import { LogLines } from './log-lines.tsx'
import { cutAt, firstOfPageBefore } from './log-parts.ts'

/** A log as far as its page shows it. */
export type ShownLog = {
  readonly total: number
  readonly cuts: readonly LogCutLines[]
  readonly sizeBytes: number
  /** Whether its end has not come yet. */
  readonly isOpen: boolean
  readonly part: ShownLines | { readonly kind: 'search'; readonly text: string; readonly search: LogSearch }
}
type ShownLines = LogWindow & {
  readonly kind: 'lines'
  /** Of a failed step. */
  readonly condensed: Condensed | null
}

export type ShownStep = {
  readonly project: Project
  readonly build: Build
  readonly step: Step
  readonly place: LogPlace
  readonly asked: AskedLog
  readonly log: ShownLog | null
  /** Those that the step has. */
  readonly streams: readonly LogStream[]
  /** Whether the page's script reads it again while it grows. */
  readonly isLive: boolean
  readonly now: number
}

/** All of the page's content, which the page's script reads again while the log grows. */
export function LogView(shown: ShownStep) {
  const { step, place, asked, log, isLive } = shown
  // Of one that has ended only how its step ended is still to come.
  const grows = isLive && log?.isOpen !== false
  const query = logQuery(asked)
  query.set('offset', `${log?.sizeBytes ?? 0}`)
  query.set('wait', '15')
  const live = `/live${stepLogPath(place.project, place.num, place.step)}?${query}`
  return (
    <div
      id="step-log"
      data-live={isLive ? live : undefined}
      // The answer waits for what comes: the next question need not. Without a log there is nothing to wait for.
      data-live-ms={isLive ? (log?.isOpen ? 100 : 2_000) : undefined}
      data-state={`${STATUS_WORD[stepStatusOf(step)]}: ${step.name}`}
    >
      <Head {...shown} />
      <Figures {...shown} />
      {grows && <LiveLogNote address={logAddress(place, asked)} hasLines={log !== null && log.total > 0} />}
      {log && log.total > 0 ? <Log {...shown} log={log} /> : <Nothing isLive={grows} />}
    </div>
  )
}

function Head({ step, place, asked, log }: ShownStep) {
  const raw = `${stepLogPath(place.project, place.num, place.step)}/raw`
  const stream = asked.stream === 'stdout' ? '' : `stream=${asked.stream}`
  return (
    <div class="page-head build-head">
      <div class="row">
        <h1>
          <span class="clamp">{step.name}</span>
        </h1>
        <Status status={stepStatusOf(step)} />
      </div>
      <div class="actions">
        {log && (
          <>
            <a class="button" href={`${raw}${stream && `?${stream}`}`}>
              <Icon name="file" /> Plain text
            </a>
            <a class="button" href={`${raw}?download=yes${stream && `&${stream}`}`}>
              <Icon name="download" /> Download
            </a>
          </>
        )}
      </div>
    </div>
  )
}

/** How long it is, and which streams there are. */
function Figures({ step, place, asked, log, streams }: ShownStep) {
  const ms = stepTimeOf(step)
  const exitCode = step.actions.find((action) => action.exit_code !== null)?.exit_code ?? null
  const said = [
    log && `${countText(log.total, 'line')}, ${sizeText(log.sizeBytes)}`,
    ms !== null && durationText(ms),
    exitCode !== null && `exit code ${exitCode}`,
  ]
  const hasOthers = streams.some((stream) => stream !== asked.stream)
  return (
    <div class="row log-figures">
      {said.some(Boolean) && <p class="muted">{said.filter(Boolean).join(' · ')}</p>}
      {hasOthers && (
        <nav class="row" aria-label="Streams">
          {(['stdout', 'stderr'] as const).map((stream) => (
            <a
              class="button small"
              href={logAddress(place, asked, { stream, part: { kind: 'end' } })}
              aria-current={stream === asked.stream ? 'page' : undefined}
            >
              {stream}
            </a>
          ))}
        </nav>
      )}
    </div>
  )
}

/** Says that the log grows; the script shows here whether it can still follow it, and lets the reader pause. */
function LiveLogNote({ address, hasLines }: { address: string; hasLines: boolean }) {
  return (
    <div class="row live-log">
      <p id="live-note" class="live-note muted small-text">
        Still growing: new lines appear by themselves where scripts run. <a href={address}>Reload</a>
      </p>
      {hasLines && (
        <>
          <span id="live-pause" data-readers>
            <button type="button" class="button small" data-pause hidden>
              Pause
            </button>
          </span>
          <a class="button small" href="#log-end">
            <Icon name="down" /> Follow the end
          </a>
        </>
      )}
    </div>
  )
}

function Nothing({ isLive }: { isLive: boolean }) {
  return (
    <Empty icon="file" title={isLive ? 'Nothing printed yet' : 'No log'}>
      <p>
        {isLive
          ? 'What the step prints is shown here as soon as it comes.'
          : 'This step printed nothing, its reporter sends no logs, or they are past their retention.'}
      </p>
    </Empty>
  )
}

type WithLog = ShownStep & { readonly log: ShownLog }

function Log(shown: WithLog) {
  const { part } = shown.log
  switch (part.kind) {
    case 'lines':
      return <Lines shown={shown} part={part} />
    case 'search':
      return (
        <section class="section" aria-labelledby="found">
          <h2 id="found">Found</h2>
          <Tools {...shown} />
          <Found shown={shown} text={part.text} search={part.search} />
        </section>
      )
  }
}

function Lines({ shown, part }: { shown: WithLog; part: ShownLines }) {
  const { place, asked, log, build, isLive } = shown
  const { lines, condensed } = part
  const marked = asked.part.kind === 'marked' ? asked.part.lines : null
  const errors = new Set(condensed?.lines.flatMap(({ number, why }) => (why === 'error' ? [number] : [])))
  const isShort = log.total <= SHORT_LOG
  const reasons = condensed?.lines.filter(({ why }) => why === 'error' || !isShort) ?? []
  const toLine = (number: number) => lineAddress(place, asked, number)
  return (
    <>
      {asked.part.kind === 'end' && reasons.length > 0 && (
        <section class="section" aria-labelledby="why">
          <h2 id="why">Why it failed</h2>
          <p>{whatIsShown(errors.size > 0, isShort)}</p>
          <CondensedLines lines={reasons} addressOf={toLine} />
        </section>
      )}
      <section class="section" aria-labelledby="log">
        <h2 id="log">{condensed ? 'The whole log' : 'Log'}</h2>
        <Tools {...shown} />
        <Missing shown={shown} part={part} />
        <LogPager shown={shown} part={part} label="Parts of the log" />
        <CutNote shown={shown} part={part} at="begin" />
        <LogLines
          lines={lines}
          look={{ place, asked, marked, errors, markedBy: markedByOf(build), isGrowing: isLive && log.isOpen }}
        />
        <CutNote shown={shown} part={part} at="end" />
        {!part.isWhole && (
          <p class="muted small-text">
            These lines are so long that fewer are on this page than usual. Plain text has them whole.
          </p>
        )}
        <div id="log-end">
          <LogPager shown={shown} part={part} label="Parts of the log, again" />
        </div>
        {log.cuts.length > 0 && (
          <p class="muted small-text">Of a log of more than 64 MiB the first and the last 16 MiB are kept.</p>
        )}
      </section>
    </>
  )
}

/** Of a log of so many lines the last ones are not shown twice. */
const SHORT_LOG = 100

function whatIsShown(hasErrors: boolean, isShort: boolean): string {
  if (!hasErrors) return 'No line looks like a reason: these are the last ones.'
  return isShort ? 'Lines that look like the reason.' : 'Lines that look like the reason, and the last ones.'
}

function markedByOf({ buildUrl }: Build): MarkedBy {
  return buildUrl?.startsWith('https://buildkite.com/') ? 'buildkite' : 'others'
}

/** Search, the way to a line, and how lines are shown. */
function Tools({ place, asked }: WithLog) {
  const action = stepLogPath(place.project, place.num, place.step)
  const kept = (
    <>
      {[...logQuery({ ...asked, part: { kind: 'end' } })].map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
    </>
  )
  const text = asked.part.kind === 'search' ? asked.part.text : ''
  return (
    <div class="row log-tools">
      <search>
        <form class="row" method="get" action={action}>
          {kept}
          <SearchField
            text={text}
            label="Search this log"
            placeholder="Search this log"
            maxLength={MAX_SEARCH}
            isRequired
          />
        </form>
      </search>
      <form class="row" method="get" action={action}>
        {kept}
        <input
          class="log-line-field"
          name="line"
          required
          inputmode="numeric"
          pattern={'\\s*[1-9][0-9]{0,11}\\s*(-\\s*[1-9][0-9]{0,11}\\s*)?'}
          title="The number of a line, or two as 120-140"
          aria-label="Line"
          placeholder="Line"
          autocomplete="off"
        />
        <button type="submit" class="button">
          Go
        </button>
      </form>
      {asked.part.kind !== 'search' && (
        <p class="row log-looks">
          <a class="button" href={logAddress(place, asked, { showsTimes: !asked.showsTimes })}>
            <Icon name="clock" /> {asked.showsTimes ? 'Hide times' : 'Times'}
          </a>
          <a class="button" href={logAddress(place, asked, { wraps: !asked.wraps })}>
            {asked.wraps ? 'Do not wrap' : 'Wrap'}
          </a>
        </p>
      )}
    </div>
  )
}

/** Says so where the line that was asked for is not there. */
function Missing({ shown: { asked, log }, part }: { shown: WithLog; part: ShownLines }) {
  const first =
    asked.part.kind === 'marked' ? asked.part.lines.first : asked.part.kind === 'from' ? asked.part.first : 0
  const count = (n: number) => n.toLocaleString('en-US')
  if (first > log.total)
    return (
      <p class="callout warn">
        There is no line {count(first)}: the log has {countText(log.total, 'line')}.
      </p>
    )
  const cut = cutAt(first, log.cuts)
  if (cut && part.lines.length > 0)
    return (
      <p class="callout warn">
        Line {count(first)} is among those that are left out, {count(cut.last + 1)} to {count(cut.next - 1)}.
      </p>
    )
  return null
}

/** Where this page begins or ends at a place where the log is cut. */
function CutNote({ shown: { log }, part, at }: { shown: WithLog; part: ShownLines; at: 'begin' | 'end' }) {
  const { lines } = part
  const edge = at === 'begin' ? lines[0] : lines.at(-1)
  if (!edge || lines.some(({ cutBytes }) => cutBytes > 0)) return null
  const cut = log.cuts.find(({ last, next }) =>
    at === 'begin' ? edge.number === next : edge.number === last || edge.number === last - 1,
  )
  return cut ? <p class="log-cut">{sizeText(cut.bytes)} of the log are left out here</p> : null
}

function LogPager({ shown, part, label }: { shown: WithLog; part: ShownLines; label: string }) {
  const { place, asked, log } = shown
  const [first, last] = [part.lines[0]?.number ?? 1, part.lines.at(-1)?.number ?? log.total]
  const isAtEnd = last >= log.total
  if (first === 1 && isAtEnd) return null
  const from = (line: number | null): string | null =>
    line === null ? null : logAddress(place, asked, { part: { kind: 'from', first: line } })
  const end = logAddress(place, asked, { part: { kind: 'end' } })
  const links: readonly (readonly [word: string, href: string | null, rel?: string])[] = [
    ['First', first > 1 ? from(1) : null],
    ['Previous', from(firstOfPageBefore(first, log.cuts)), 'prev'],
    ['Next', isAtEnd ? null : from(last + 1), 'next'],
    ['Last', isAtEnd ? null : `${end}#log`],
  ]
  const number = (n: number) => n.toLocaleString('en-US')
  return (
    <nav class="row log-pager" aria-label={label}>
      <span class="muted small-text">
        Lines {number(first)}–{number(last)} of {number(log.total)}
      </span>
      {links.map(([word, href, rel]) =>
        href === null ? null : (
          <a class="button small" href={href} rel={rel}>
            {word}
          </a>
        ),
      )}
    </nav>
  )
}

function Found({ shown: { place, asked, log }, text, search }: { shown: WithLog; text: string; search: LogSearch }) {
  const { hits, searched, next } = search
  const further = next === null ? null : logAddress(place, asked, { part: { kind: 'search', text, from: next } })
  return (
    <>
      <p class="log-searched">
        <Searched search={search} total={log.total} hasCut={log.cuts.length > 0} />
      </p>
      {hits.length > 0 && (
        <ol class={`log condensed ${numberClass(hits)}`} aria-label="Lines in which it was found">
          {hits.map(({ number, before, found, after }) => (
            <li class="log-line">
              <a class="log-num" href={lineAddress(place, asked, number)} aria-label={`Line ${number} in the log`}>
                {number}
              </a>
              <span class="log-text">
                {before}
                <mark>{found}</mark>
                {after}
              </span>
            </li>
          ))}
        </ol>
      )}
      <div class="actions">
        {further && searched && (
          <a class="button" href={further}>
            Search on from line {next?.toLocaleString('en-US')}
          </a>
        )}
        <a class="button" href={logAddress(place, asked, { part: { kind: 'end' } })}>
          <Icon name="back" /> Back to the log
        </a>
      </div>
    </>
  )
}

/** What was searched, and nothing more than that. */
function Searched({ search, total, hasCut }: { search: LogSearch; total: number; hasCut: boolean }): Child {
  const { hits, searched, next } = search
  if (!searched) return <>No lines are left to search.</>
  const number = (n: number) => n.toLocaleString('en-US')
  const found = hits.length === 0 ? 'Not found' : `Found in ${countText(hits.length, 'line')}`
  const isWhole = searched.first === 1 && next === null && !hasCut
  const where = isWhole
    ? `all ${countText(total, 'line')}`
    : `lines ${number(searched.first)}–${number(searched.last)} of ${number(total)}`
  return (
    <>
      <strong>{found}</strong>
      {`: ${where} were searched, whatever the case of letters.`}
      {searched.isLastCut && ` Line ${number(searched.last)} is so long that only its beginning was searched.`}
      {hasCut && ' What is left out of the log cannot be searched.'}
    </>
  )
}
