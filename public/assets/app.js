// What pages gain with JavaScript; everything works without.
'use strict'

// Times in the reader's zone.
function showTimes(root) {
  for (const time of root.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime)
    if (Number.isNaN(at.getTime())) continue
    time.title = at.toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'long' })
    if (time.dataset.as === 'date') time.textContent = at.toLocaleDateString(undefined, { dateStyle: 'medium' })
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
    label.textContent = document.getElementById('said').textContent = 'Copied'
  } catch {
    label.textContent = 'Press Ctrl+C'
    getSelection().selectAllChildren(source)
  }
  setTimeout(() => {
    button.classList.remove('done')
    label.textContent = 'Copy'
    document.getElementById('said').textContent = ''
  }, 2000)
}

// Menus close as people expect them to.
function closeMenus(except) {
  for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(except)) menu.open = false
}

// An element with data-live="/address" is fetched anew while it has that attribute, and the parts of the page that
// have ids in the answer are replaced.
const LIVE_MS = 5000

async function refresh() {
  const live = document.querySelector('[data-live]')
  if (!live) return
  try {
    if (document.visibilityState === 'visible') await replaceLive(live)
  } catch {
    // The network may be back next time.
  }
  setTimeout(refresh, LIVE_MS)
}

async function replaceLive(live) {
  const response = await fetch(live.dataset.live || location.href, { headers: { Accept: 'text/html' } })
  if (!response.ok || response.redirected) return
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html')
  for (const now of document.querySelectorAll('[data-live]')) {
    const next = now.id && fresh.getElementById(now.id)
    if (!next || now.contains(document.activeElement)) continue
    showTimes(next)
    offerCopies(next)
    keepFolds(now, fresh)
    if (next.outerHTML !== now.outerHTML) now.replaceWith(document.adoptNode(next))
  }
}

// What the reader folded or unfolded stays so.
function keepFolds(now, fresh) {
  for (const details of now.querySelectorAll('details[id]')) {
    const next = fresh.getElementById(details.id)
    if (next) next.open = details.open
  }
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-copy]')
  if (button) copy(button)
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

// What is shown once is gone when the page is left, also from what Back brings again; a reload opens the list instead
// of sending the form a second time.
const once = document.querySelector('[data-once]')
if (once) {
  history.replaceState(null, '', once.dataset.leadsTo)
  addEventListener('pagehide', () => once.remove())
}

showTimes(document)
offerCopies(document)
if (document.querySelector('[data-live]')) setTimeout(refresh, LIVE_MS)
