import { seeded } from '../../../scripts/measure/random.ts'

/** What a hostile page knows of where it runs, as somebody could who has seen all addresses before. */
export type Known = {
  /** Our own origin. */
  readonly own: string
  /** The slug and number of a private build that the page's reader may read. */
  readonly build: string
  /** The id of that build. */
  readonly job: string
  /** Where that build's files are shown: its host, or the address in a sandbox, without a file's path. */
  readonly shown: string
  /** Domains that a cookie could be set for. */
  readonly domains: readonly string[]
}

/** One page: its HTML, and whether it waits for a click. */
export type HostilePage = { readonly html: string; readonly isClicked: boolean; readonly names: readonly string[] }

const SECRET = 'secret/index.html'

/** Attempts on a page. */
const ATTEMPTS = 4

/** Addresses that a page could want to read or change, those first that hold the most. */
function targetsOf({ own, build, job, shown }: Known): readonly string[] {
  return [
    `${shown}/secret/data.js`,
    `${shown}/secret/data.css`,
    `${own}/${build}/artifacts/0/secret/data.js`,
    `${own}/${build}/artifacts/0/secret/data.css`,
    `${own}/output/job/${job}/artifacts/0/secret/data.js`,
    `${own}/${build}/artifacts.zip`,
    `${shown}/${SECRET}`,
    `${own}/${build}`,
    `${own}/${build}/artifacts/0/${SECRET}`,
    `${own}/api/v1.1/me`,
    `${own}/`,
    `${own}/live/${build}`,
    `${own}/${build}/report/0/${SECRET}`,
    `${own}/output/job/${job}/artifacts/0/${SECRET}`,
    `${own}/output/job/${job}/report/0/${SECRET}`,
    `${own}/api/v1.1/user/token`,
    `${own}/api/v1.1/project/${build}/artifacts`,
    `${own}/api/v2/me`,
    `${own}/account`,
    `${own}/account/api`,
    `${own}/instance/users`,
    `${own}/metrics`,
    `${own}/mcp`,
    `${own}/cc.xml`,
    `${own}/sign-out`,
    `${own}/assets/app.js`,
    `${shown}/.buildpass/enter/x`,
  ]
}

/** Ways to write an address that a careless check could take for another. */
const SPELLINGS: readonly ((url: string) => string)[] = [
  (url) => url,
  (url) => url,
  (url) => url,
  (url) => url.replace(/^http:/, ''),
  (url) => url.replace(/:\/\/([^/]+)/, (_, host: string) => `://${host.toUpperCase()}`),
  (url) => url.replace(/:\/\/([^/:]+)/, '://$1.'),
  (url) => url.replace('://', '://user:pass@'),
  (url) => url.replace(/(:\/\/[^/]+\/)/, '$1/'),
  (url) => url.replace(/(:\/\/[^/]+)\//, '$1/./'),
  (url) => url.replace(/(:\/\/[^/]+\/)/, '$1x/../'),
  (url) => url.replace(/(:\/\/[^/]+\/)/, '$1x%2f..%2f'),
  (url) => url.replace(/\/([^/]*)$/, '\\$1'),
  (url) => url.replace(/\/([^/]*)$/, '%2f$1'),
  (url) => `${url}/`,
  (url) => `${url}?circle-token=x`,
  (url) => `${url}%00`,
  (url) => `${url}#x`,
  (url) => url.replace('index.html', 'INDEX.HTML'),
]

/** Statements of a script; `take(what)` tells of whatever was read. `U` is the address. */
const SCRIPTS: Record<string, string> = {
  fetchCors: "take(await (await fetch(U, { credentials: 'include' })).text())",
  fetchPlain: 'take(await (await fetch(U)).text())',
  fetchOpaque: "const r = await fetch(U, { mode: 'no-cors', credentials: 'include' }); take(await r.text())",
  fetchPost:
    "take(await (await fetch(U, { method: 'POST', mode: 'no-cors', credentials: 'include', body: new URLSearchParams({ a: 'b' }) })).text())",
  fetchPut: "take(await (await fetch(U, { method: 'PUT', credentials: 'include', body: 'x' })).text())",
  fetchDelete: "take(await (await fetch(U, { method: 'DELETE', credentials: 'include' })).text())",
  fetchToken: "take(await (await fetch(U, { headers: { Authorization: 'Bearer x', 'Circle-Token': 'x' } })).text())",
  fetchRange: "take(await (await fetch(U, { credentials: 'include', headers: { Range: 'bytes=0-99' } })).text())",
  fetchManual:
    "const r = await fetch(U, { redirect: 'manual', credentials: 'include' }); take(r.headers.get('Location')); take(r.url)",
  xhr: "const x = new XMLHttpRequest(); x.withCredentials = true; x.open('GET', U); x.onload = () => take(x.responseText); x.send(); await later(150)",
  xhrSync: "const x = new XMLHttpRequest(); x.open('GET', U, false); x.send(); take(x.responseText)",
  beacon: "navigator.sendBeacon(U, new URLSearchParams({ a: 'b' }))",
  eventSource:
    'const e = new EventSource(U, { withCredentials: true }); e.onmessage = (m) => take(m.data); await later(80); e.close()',
  webSocket: "const w = new WebSocket(U.replace(/^http/, 'ws')); w.onmessage = (m) => take(m.data); await later(80)",
  moduleImport: 'take(JSON.stringify(await import(U)))',
  frame:
    "const f = add('iframe', { src: U }); await later(150); take(f.contentDocument?.documentElement.outerHTML); take(f.contentWindow.document.cookie)",
  frameName:
    "const f = add('iframe', { src: U, name: 'n' }); await later(100); take(f.contentWindow.name); take(String(frames.n.location.href))",
  frameSandboxed:
    "const f = add('iframe', { src: U, sandbox: 'allow-scripts allow-same-origin' }); await later(100); take(f.contentDocument?.body.innerHTML)",
  frameSource:
    "const f = add('iframe', { srcdoc: '<base href=\"' + U + '\"><script>fetch(location.href).catch(() => 0); parent.take(document.cookie + document.referrer + origin)</script>' }); await later(100)",
  frameBlob:
    "const b = URL.createObjectURL(new Blob(['<script>fetch(' + JSON.stringify(U) + ', { credentials: \"include\" }).then((r) => r.text()).then((t) => parent.postMessage(t, \"*\"))</script>'], { type: 'text/html' })); add('iframe', { src: b }); await later(150)",
  frameData:
    "add('iframe', { src: 'data:text/html,<script>fetch(' + encodeURIComponent(JSON.stringify(U)) + ').then((r)=>r.text()).then((t)=>parent.postMessage(t,\"*\"))</script>' }); await later(120)",
  frameCount: "const f = add('iframe', { src: U }); await later(100); take('frames ' + f.contentWindow.length)",
  object: "const o = add('object', { data: U }); await later(120); take(o.contentDocument?.documentElement.outerHTML)",
  embed: "const o = add('embed', { src: U }); await later(120); take(o.getSVGDocument?.()?.documentElement.outerHTML)",
  scriptTag:
    "const before = new Set(Object.keys(window)); add('script', { src: U }); await later(120); for (const k of Object.keys(window)) if (!before.has(k)) take(k + JSON.stringify(window[k]))",
  scriptModule:
    "add('script', { src: U, type: 'module', crossOrigin: 'use-credentials' }); await later(100); take(JSON.stringify(window.DATA))",
  style:
    "add('link', { rel: 'stylesheet', href: U }); await later(120); for (const s of document.styleSheets) take([...s.cssRules].map((r) => r.cssText).join()); take(getComputedStyle(document.body).getPropertyValue('--secret'))",
  styleImport:
    "const s = add('style', {}); s.textContent = '@import url(\"' + U + '\");'; await later(120); take(getComputedStyle(document.body).getPropertyValue('--secret')); take([...s.sheet.cssRules].map((r) => r.styleSheet && [...r.styleSheet.cssRules].map((q) => q.cssText).join()).join())",
  font: "const f = new FontFace('x', 'url(\"' + U + '\")'); await f.load(); take(f.status)",
  image:
    "const i = new Image(); i.crossOrigin = 'use-credentials'; i.src = U; await i.decode(); const c = document.createElement('canvas'); c.getContext('2d').drawImage(i, 0, 0); take(c.toDataURL())",
  video: "const v = add('video', { src: U }); await later(60); take(v.error?.message)",
  prefetch: "add('link', { rel: 'prefetch', href: U, as: 'document' }); await later(60)",
  speculate:
    "const s = add('script', { type: 'speculationrules' }); s.textContent = JSON.stringify({ prefetch: [{ source: 'list', urls: [U] }], prerender: [{ source: 'list', urls: [U] }] }); await later(60)",
  worker:
    "const w = new Worker(URL.createObjectURL(new Blob(['fetch(' + JSON.stringify(U) + ', { credentials: \"include\" }).then((r) => r.text()).then(postMessage)']))); w.onmessage = (m) => take(m.data); await later(150)",
  sharedWorker: 'const w = new SharedWorker(U); w.port.onmessage = (m) => take(m.data); await later(60)',
  serviceWorker: "const r = await navigator.serviceWorker.register(U); take('registered ' + r.scope)",
  serviceWorkerOwn:
    "const r = await navigator.serviceWorker.register('sw.js', { scope: new URL(U).pathname }); take('registered ' + r.scope)",
  serviceWorkerRoot:
    "const r = await navigator.serviceWorker.register('/hostile/sw.js', { scope: '/' }); take('registered ' + r.scope)",
  cachePut:
    "const c = await caches.open('x'); await c.put(U, new Response('poison')); take(await (await c.match(U)).text())",
  cacheAdd:
    "const c = await caches.open('x'); await c.add(new Request(U, { mode: 'no-cors', credentials: 'include' })); take(await (await c.match(U)).text())",
  cacheAll:
    'for (const k of await caches.keys()) for (const q of await (await caches.open(k)).keys()) take(q.url + await (await (await caches.open(k)).match(q)).text())',
  cookieRead: 'take(document.cookie); take(JSON.stringify(await cookieStore?.getAll()))',
  cookieSet:
    "for (const d of DOMAINS) for (const n of ['session', '__Host-session', '__Secure-session', 'report', '__Host-report', 'flash', '__Host-flash', '']) document.cookie = n + '=tossed; Path=/; Domain=' + d; take(document.cookie)",
  cookieSetPath:
    "for (const d of DOMAINS) document.cookie = '__Host-session=tossed; Secure; Path=' + new URL(U).pathname + '; Domain=' + d; document.cookie = '__host-session=tossed; Path=/'; document.cookie = '=__Host-session=tossed; Path=/'; take(document.cookie)",
  cookieStoreSet:
    "for (const d of DOMAINS) await cookieStore.set({ name: 'session', value: 'tossed', domain: d, path: '/' }).catch(() => 0)",
  storage:
    "localStorage.setItem('x', U); take(JSON.stringify({ ...localStorage })); take(JSON.stringify({ ...sessionStorage }))",
  storageAccess: 'await document.requestStorageAccess(); take(document.cookie)',
  databases: 'take(JSON.stringify(await indexedDB.databases()))',
  domain: "document.domain = location.hostname.split('.').slice(-2).join('.'); take(document.domain)",
  opener: 'take(opener?.document?.cookie); opener?.postMessage(U, "*"); take(String(opener?.location?.href))',
  parent:
    'take(parent !== self ? parent.document.cookie : null); top.postMessage({ type: "token" }, "*"); await later(40)',
  message:
    "const f = add('iframe', { src: U }); await later(100); f.contentWindow.postMessage('give', '*'); f.contentWindow.postMessage({ type: 'form_token' }, '*'); await later(60)",
  broadcast:
    "const b = new BroadcastChannel('buildpass'); b.onmessage = (m) => take(m.data); b.postMessage('give'); await later(40)",
  timing:
    'fetch(U, { mode: "no-cors" }).catch(() => 0); await later(60); take(JSON.stringify(performance.getEntriesByName(U)))',
  referrer: 'take(document.referrer); take(location.href.includes("enter") ? location.href : null)',
  history:
    "history.pushState({}, '', '/.buildpass/enter/x'); take(location.href.length ? null : null); history.replaceState({}, '', U)",
  formFrame:
    "const f = add('iframe', { name: 'to' }); form('POST', 'to', U); await later(120); take(f.contentDocument?.documentElement.outerHTML)",
  formGet:
    "add('iframe', { name: 'to' }); form('GET', 'to', U); await later(100); take(frames.to?.document?.body.innerHTML)",
  formOverride:
    "add('iframe', { name: 'to' }); form('POST', 'to', U, { _method: 'DELETE', form_token: 'x', once: 'x' }); await later(100)",
  base: "add('base', { href: U }); take(await (await fetch('secret/index.html', { credentials: 'include' })).text()); take(await (await fetch('.', { credentials: 'include' })).text())",
  upwards:
    "for (const p of ['..', '../..', '../../..', '../../../..', '..%2f..%2f', '%2e%2e/%2e%2e/', '....//', '..\\\\..\\\\']) take(await (await fetch(p + '/' + new URL(U).pathname, { credentials: 'include' })).text().catch(() => null))",
  forgedPrefix:
    "const [, view, statement = '', ...rest] = location.pathname.split('/'); const other = statement.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A')); take(await (await fetch(['', view, other, 'secret/index.html'].join('/'))).text().then((t) => (t.includes('not valid') || t.includes('Not found') ? null : t)))",
  enterAgain:
    "take(await (await fetch('/.buildpass/enter/' + 'a'.repeat(80) + '.' + 'b'.repeat(43), { credentials: 'include' })).text().then((t) => (/ended|Not found|right/.test(t) ? null : t)))",
  credentials: "take(JSON.stringify(await navigator.credentials.get({ password: true, mediation: 'silent' })))",
  clipboard: 'take(await navigator.clipboard.readText())',
  xslt: "const f = add('iframe', { src: URL.createObjectURL(new Blob(['<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x SYSTEM \"' + U + '\">]><a>&x;</a>'], { type: 'text/xml' })) }); await later(100); take(f.contentDocument?.documentElement.textContent)",
  svg: "const f = add('iframe', { src: URL.createObjectURL(new Blob(['<svg xmlns=\"http://www.w3.org/2000/svg\"><script href=\"' + U + '\"/><use href=\"' + U + '#x\"/><foreignObject><iframe xmlns=\"http://www.w3.org/1999/xhtml\" src=\"' + U + '\"/></foreignObject></svg>'], { type: 'image/svg+xml' })) }); await later(100); take(f.contentDocument?.documentElement.outerHTML.replaceAll(U, ''))",
}

/** What takes the page itself elsewhere, which is allowed; it must not give the page anything. */
const LEAVING: Record<string, string> = {
  refresh: "add('meta', { httpEquiv: 'refresh', content: '0;url=' + U })",
  assign: 'location.assign(U)',
  top: 'top.location = U',
  javascriptUrl: "location = 'javascript:take(document.cookie)'",
  formTop: "form('POST', '_self', U)",
  formTopOverride: "form('POST', '_self', U, { form_token: 'x', once: 'x' })",
}

/** What needs a click of the reader. */
const CLICKED: Record<string, string> = {
  popup:
    'const w = open(U); await later(250); take(w?.document?.documentElement.outerHTML); take(w?.document?.cookie); w?.close()',
  popupName:
    "const w = open(U, 'victim'); await later(200); take(String(w?.location?.href)); w?.postMessage('give', '*'); await later(40); w?.close()",
  popupBlank:
    "const w = open('about:blank'); w.document.write('<script>fetch(' + JSON.stringify(U) + ', { credentials: \"include\" }).then((r) => r.text()).then((t) => opener.take(t))</script>'); await later(200); w.close()",
  popupSwap:
    "const w = open(location.href + '&quiet'); await later(80); w.location = U; await later(200); take(w?.document?.body?.innerHTML); w?.close()",
}

const PRELUDE = (known: Known) => `
const DOMAINS = ${JSON.stringify(known.domains)}
const later = (ms) => new Promise((done) => setTimeout(done, ms))
window.take = (what) => { if (what !== null && what !== undefined && what !== '') told(String(what).slice(0, 200_000)) }
const add = (name, more) => { const e = Object.assign(document.createElement(name), more); for (const [k, v] of Object.entries(more)) if (!(k in e)) e.setAttribute(k, v); (document.body ?? document.documentElement).append(e); return e }
const form = (method, target, action, fields = { a: 'b' }) => { const f = add('form', { method, target, action }); for (const [name, value] of Object.entries(fields)) f.append(Object.assign(document.createElement('input'), { name, value })); f.submit() }
addEventListener('message', (m) => take(typeof m.data === 'string' ? m.data : JSON.stringify(m.data)))
const isQuiet = location.search.includes('quiet')
const tried = async (attempt) => { if (!isQuiet) await Promise.race([attempt(), later(600)]).catch(() => 0) }
`

/** The page of that seed: some attempts at once, and perhaps one that needs a click, or leads away. */
export function hostilePage(seed: number, known: Known): HostilePage {
  const random = seeded(seed * 7_919 + 12_345)
  // The first numbers of seeds that lie near are alike.
  for (let i = 0; i < 4; i++) random()
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T
  const targets = targetsOf(known)
  const pairs = targets.flatMap((url) => Object.entries(SCRIPTS).map((script) => ({ url, script })))
  const attempt = ([name, script]: readonly [string, string], url: string) => ({
    name,
    script: `tried(async () => { const U = ${JSON.stringify(url).replaceAll('<', '\\u003c')}; ${script.replaceAll('</script>', '<\\/script>')} })`,
  })
  const anyUrl = () => pick(SPELLINGS)(pick(targets))
  // First each technique on each address as it is, then whatever comes.
  const some = Array.from({ length: ATTEMPTS }, (_, i) => {
    const { [seed * ATTEMPTS + i]: pair } = pairs
    return pair ? attempt(pair.script, pair.url) : attempt(pick(Object.entries(SCRIPTS)), anyUrl())
  })
  const kind = random()
  const clicked = kind < 0.1 ? attempt(pick(Object.entries(CLICKED)), anyUrl()) : null
  const leaving = kind > 0.92 ? attempt(pick(Object.entries(LEAVING)), anyUrl()) : null
  const html = `<!doctype html><meta charset="utf-8"><title>${seed}</title><body>x<script>${PRELUDE(known)}
const all = () => Promise.all([${some.map(({ script }) => script).join(',\n')}])
all().then(async () => { ${leaving ? `await ${leaving.script}; await later(100)` : ''}; ${clicked ? '' : 'ended()'} })
${clicked ? `document.body.onclick = () => { document.body.onclick = null; ${clicked.script}.then(ended) }` : ''}
</script>`
  return {
    html,
    isClicked: clicked !== null,
    names: [...some, clicked, leaving].flatMap((one) => (one ? [one.name] : [])),
  }
}
