// What pages gain with JavaScript; everything works without.
'use strict'

// Times in the reader's zone.
function showTimes(root) {
  for (const time of root.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime)
    if (Number.isNaN(at.getTime())) continue
    time.title = at.toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'long' })
    if (time.dataset.as === 'date') time.textContent = at.toLocaleDateString(undefined, { dateStyle: 'medium' })
    if (time.dataset.as === 'clock') time.textContent = at.toLocaleTimeString(undefined, { hour12: false })
  }
}

// Buttons that copy, shown only where copying works.
function offerCopies(root) {
  if (!navigator.clipboard) return
  for (const button of root.querySelectorAll('button[data-copy]')) button.hidden = false
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copy)
  const text = source.value ?? source.textContent
  const label = button.querySelector('.copy-label')
  try {
    await navigator.clipboard.writeText(text)
    button.classList.add('done')
    label.textContent = 'Copied'
    say('Copied')
  } catch {
    label.textContent = 'Press Ctrl+C'
    getSelection().selectAllChildren(source)
  }
  setTimeout(() => {
    button.classList.remove('done')
    label.textContent = 'Copy'
    say('')
  }, 2000)
}

// Menus close as people expect them to.
function closeMenus(except) {
  for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(except)) menu.open = false
}

// Parts of a page that are kept up to date: an element with an id and data-live="/address" is asked for anew there, and
// changed in place, as long as it has that attribute. Where the answer itself waits for news, data-live-ms is the pause
// before the next question.
const LIVE_MS = 5000
const PATIENCE_MS = 20_000
let heardAt = new Date()
let timer

function refreshIn(ms) {
  clearTimeout(timer)
  if (document.querySelector('[data-live]')) timer = setTimeout(refresh, ms)
}

let isAsking = false
let isPaused = false

async function refresh() {
  const live = document.querySelector('[data-live]')
  let pause = LIVE_MS
  if (document.visibilityState === 'visible' && !isPaused && !isAsking) {
    isAsking = true
    const isHeard = await update(live)
    isAsking = false
    if (isHeard) pause = Number(live.dataset.liveMs ?? LIVE_MS)
  }
  refreshIn(pause)
}

async function update(live) {
  try {
    const response = await fetch(live.dataset.live, {
      headers: { Accept: 'text/html' },
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    if (response.type === 'opaqueredirect') return stop(live, 'you are signed out.', 'Sign in', signInAddress())
    if ([401, 403, 404, 410].includes(response.status))
      return stop(live, 'this is gone, or is no longer open to you.', 'Go to the start page', '/')
    if (!response.ok) return wait(live, 'the server could not answer')
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html')
    // Whoever paused while the answer was waited for does not want it.
    if (!isPaused) keepingFocus(live, () => show(live, fresh))
    return true
  } catch {
    wait(live, 'the server cannot be reached')
  }
}

function stop(live, reason, text, href) {
  const link = Object.assign(document.createElement('a'), { href, textContent: text })
  note(live, `This page no longer updates: ${reason} `, link)
  delete live.dataset.live
}

function signInAddress() {
  return `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`
}

function wait(live, reason) {
  const since = heardAt.toLocaleTimeString(undefined, { timeStyle: 'short' })
  note(live, `Not updating since ${since}: ${reason}. Trying again.`)
}

function note(live, text, ...more) {
  const place = live.querySelector('.live-note')
  place.classList.add('stale')
  keepingFocus(live, () => place.replaceChildren(text, ...more))
  say(text)
}

/** Where what has the focus goes away, the part of the page that it stood in gets it. */
function keepingFocus(live, change) {
  const focused = document.activeElement
  change()
  if (focused.isConnected) return
  live.tabIndex = -1
  live.focus({ preventScroll: true })
}

function show(live, fresh) {
  heardAt = new Date()
  const next = fresh.getElementById(live.id)
  showTimes(next)
  offerCopies(next)
  offerPause(next)
  const before = statesOf(live)
  const anchor = anchorOf(live)
  const top = anchor?.getBoundingClientRect().top
  const follows = live.querySelector('#log-end') !== null && isAtEnd()
  morph(live, next)
  if (follows) scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' })
  else if (anchor?.isConnected) scrollBy({ top: anchor.getBoundingClientRect().top - top, behavior: 'instant' })
  if (fresh.title) document.title = fresh.title
  const changed = [...statesOf(live)].filter(([id, state]) => before.get(id) !== state)
  if (changed.length > 0) say(changed.map(([, state]) => state).join('. '))
}

/** Whoever reads the end of a log that grows goes on to read the end. */
function isAtEnd() {
  return scrollY > 0 && innerHeight + scrollY >= document.documentElement.scrollHeight - 48
}

/** What has to stay where it is on the screen: what has the focus, else the first thing that shows once the page is scrolled. */
function anchorOf(live) {
  if (live.contains(document.activeElement)) return document.activeElement
  return scrollY > 0 ? [...live.querySelectorAll('[id]')].find((one) => one.getBoundingClientRect().top >= 0) : undefined
}

/** What is said aloud of each thing that has a state, by its id. */
function statesOf(live) {
  const told = [live, ...live.querySelectorAll('[data-state]')].filter(({ dataset }) => dataset.state)
  return new Map(told.map((element) => [element.id, element.dataset.state]))
}

function say(text) {
  const said = document.getElementById('said')
  if (said.textContent !== text) said.textContent = text
}

/** Makes an element like another, changing no more than what differs: focus, selection, scrolling and folds stay. */
function morph(now, next) {
  // Controls of the script's own.
  if (now.dataset.readers !== undefined) return
  for (const { name } of [...now.attributes])
    if (!next.hasAttribute(name) && !isReaders(now, name)) now.removeAttribute(name)
  for (const { name, value } of next.attributes)
    if (now.getAttribute(name) !== value && !isReaders(now, name)) now.setAttribute(name, value)
  const wantedIds = new Set([...next.children].map(({ id }) => id))
  let place = now.firstChild
  for (const wanted of [...next.childNodes]) {
    // What is wanted no more goes first, so that what stays need not move.
    while (place?.id && !wantedIds.has(place.id)) place = without(place)
    if (isLeftOut(place, wanted)) place = without(place)
    const same = wanted.id ? [...now.children].find(({ id }) => id === wanted.id) : isLike(place, wanted) && place
    if (!same) now.insertBefore(document.adoptNode(wanted), place)
    else {
      if (same === place) place = place.nextSibling
      else now.insertBefore(same, place)
      if (!same.isEqualNode(wanted)) same.nodeType === Node.ELEMENT_NODE ? morph(same, wanted) : (same.data = wanted.data)
    }
  }
  while (place) place = without(place)
}

function without(node) {
  const following = node.nextSibling
  node.remove()
  return following
}

function isLike(node, wanted) {
  return node?.nodeName === wanted?.nodeName && classOf(node) === classOf(wanted) && !node.id && !wanted.id
}

function classOf(node) {
  return node.getAttribute?.('class')
}

/** Whether the node that follows this one is the one that is wanted here, and this one is not wanted next. */
function isLeftOut(node, wanted) {
  return node && !isLike(node, wanted) && isLike(node.nextSibling, wanted) && !isLike(node, wanted.nextSibling)
}

const foldedByReader = new WeakSet()

function isReaders(element, attribute) {
  return attribute === 'tabindex' || (attribute === 'open' && foldedByReader.has(element))
}

// The log of a step: pausing what grows, and pointing at lines, with shift at several, by addresses to share.
function offerPause(root) {
  for (const button of root.querySelectorAll('button[data-pause]')) button.hidden = false
}

function pause(button) {
  isPaused = !isPaused
  button.textContent = isPaused ? 'Go on' : 'Pause'
  say(isPaused ? 'Paused' : 'Updating again')
  refreshIn(0)
}

let firstMarked = null

function markLine(event, link) {
  const line = link.closest('.log .log-line')?.id
  if (!line || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  const number = Number(line.slice(1))
  if (!event.shiftKey || firstMarked === null) firstMarked = number
  const [first, last] = [Math.min(firstMarked, number), Math.max(firstMarked, number)]
  const address = new URL(link.href)
  address.searchParams.set('line', first === last ? first : `${first}-${last}`)
  address.hash = `L${first}`
  history.replaceState(null, '', address)
  for (const row of document.querySelectorAll('.log-line[id]')) {
    const at = Number(row.id.slice(1))
    row.classList.toggle('marked', at >= first && at <= last)
  }
  getSelection().removeAllRanges()
}

/** `#L120-L140`, as other services write it, and `#L120` of a line that this page does not have. */
function goToLines() {
  const [, first, last] = /^#L(\d{1,12})(?:-L?(\d{1,12}))?$/.exec(location.hash) ?? []
  if (!first || !document.querySelector('.log')) return
  const asked = new URLSearchParams(location.search).get('line')
  if (asked !== null || (!last && document.getElementById(`L${first}`))) return
  const address = new URL(location.href)
  address.searchParams.delete('from')
  address.searchParams.delete('q')
  address.searchParams.set('line', last ? `${first}-${last}` : first)
  address.hash = `L${first}`
  location.replace(address)
}

document.addEventListener('click', (event) => {
  const lineLink = event.target.closest('a.log-num')
  if (lineLink) markLine(event, lineLink)
  const pausing = event.target.closest('button[data-pause]')
  if (pausing) pause(pausing)
  const button = event.target.closest('button[data-copy]')
  if (button) copy(button)
  const summary = event.target.closest('summary')
  if (summary) foldedByReader.add(summary.parentElement)
  closeMenus(event.target)
})
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return
  const menu = document.querySelector('details.menu[open]')
  closeMenus(null)
  menu?.querySelector('summary').focus()
})
// Controls with data-submit send their form as soon as they are changed.
document.addEventListener('change', (event) => {
  if (event.target.dataset.submit !== undefined) event.target.form.requestSubmit()
})

// A form is sent once, however often the button is pressed before the answer is there.
document.addEventListener('submit', (event) => {
  const form = event.target
  if (form.method !== 'post') return
  if (form.dataset.sent !== undefined) event.preventDefault()
  form.dataset.sent = ''
  setTimeout(() => delete form.dataset.sent, 10_000)
})
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent
})

// What is shown once is gone when the page is left, also from what Back brings again; a reload opens the list instead
// of sending the form a second time.
const once = document.querySelector('[data-once]')
if (once) {
  history.replaceState(null, '', once.dataset.leadsTo)
  addEventListener('pagehide', () => once.remove())
}

showTimes(document)
offerCopies(document)
offerPause(document)
goToLines()
addEventListener('hashchange', goToLines)
refreshIn(document.querySelector('[data-live-ms]') ? 0 : LIVE_MS)
document.addEventListener('visibilitychange', () => refreshIn(0))
