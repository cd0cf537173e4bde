import { MultiBar, type SingleBar } from 'cli-progress'
import { visibleLine } from '../../src/domain/formats/visible-text.ts'
import { type Output, sizeText } from './output.ts'

/** How far the files are: bars where a person watches, else a line when one is done and now and then between. */
export type Progress = {
  readonly file: (name: string, sizeBytes: number) => FileProgress
  readonly stop: () => void
}

export type FileProgress = {
  /** Bytes that are through; negative when an attempt's were in vain. `isMoved` is false for what was there before. */
  readonly add: (bytes: number, isMoved?: boolean) => void
  readonly done: (word: string) => void
  readonly failed: () => void
}

/** `onMoved` is called when more of a file is through than ever before. */
export function startProgress(output: Output, onMoved: () => void = () => {}): Progress {
  const shown = output.isLive ? bars() : lines(output)
  return {
    file(name, sizeBytes) {
      const file = shown.file(name, sizeBytes)
      let through = 0
      let most = 0
      return {
        add(bytes, isMoved) {
          through += bytes
          if (through > most) onMoved()
          most = Math.max(most, through)
          file.add(bytes, isMoved)
        },
        done(word) {
          onMoved()
          file.done(word)
        },
        failed: file.failed,
      }
    },
    stop: shown.stop,
  }
}

const LINE_EVERY_MS = 10_000

function lines(output: Output): Progress {
  return {
    file(name, sizeBytes) {
      const startedAt = performance.now()
      let printedAt = startedAt
      let done = 0
      return {
        add(bytes) {
          done += bytes
          if (performance.now() - printedAt < LINE_EVERY_MS || done >= sizeBytes) return
          printedAt = performance.now()
          output.note(`${name}: ${Math.floor((100 * done) / sizeBytes)} % of ${sizeText(sizeBytes)}`)
        },
        done: (word) => output.note(`${word} ${name} (${sizeText(sizeBytes)}, ${took(startedAt)})`),
        failed() {},
      }
    },
    stop() {},
  }
}

const MAX_NAME_LENGTH = 36

function bars(): Progress {
  // A terminal that is gone takes no more bars, which is no reason to stop.
  process.stderr.on('error', () => {})
  const multi = new MultiBar({
    stream: process.stderr,
    format: '{name} {bar} {percentage} %  {done} of {size}  {speed}/s  {left}',
    barCompleteChar: '━',
    barIncompleteChar: '┄',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    gracefulExit: false,
    fps: 8,
  })
  return {
    file(name, sizeBytes) {
      const startedAt = performance.now()
      let done = 0
      let moved = 0
      let bar: SingleBar | null = null
      const payload = () => {
        const seconds = (performance.now() - startedAt) / 1000
        const perSecond = seconds > 0 ? Math.max(0, moved) / seconds : 0
        const left = perSecond > 0 ? Math.ceil((sizeBytes - done) / perSecond) : null
        return {
          name: shortened(visibleLine(name)).padEnd(MAX_NAME_LENGTH),
          done: sizeText(done),
          size: sizeText(sizeBytes),
          speed: sizeText(Math.round(perSecond)),
          left: left === null ? '' : `${left} s left`,
        }
      }
      const shown = () => {
        bar ??= multi.create(sizeBytes, 0, payload())
        return bar
      }
      return {
        // A bar for every file of thousands would fill the screen: it is there from the first byte to the last.
        add(bytes, isMoved = true) {
          done += bytes
          if (isMoved) moved += bytes
          shown().update(Math.max(0, Math.min(done, sizeBytes)), payload())
        },
        done(word) {
          // Written above the bars when the next of them is drawn or removed.
          multi.log(`${word} ${visibleLine(name)} (${sizeText(sizeBytes)}, ${took(startedAt)})\n`)
          multi.remove(shown())
        },
        failed() {
          if (bar) multi.remove(bar)
        },
      }
    },
    stop: () => multi.stop(),
  }
}

function shortened(name: string): string {
  return name.length <= MAX_NAME_LENGTH ? name : `…${name.slice(1 - MAX_NAME_LENGTH)}`
}

function took(startedAt: number): string {
  return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`
}
