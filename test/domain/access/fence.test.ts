import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Feed, type Fenced, factStateOf, joinFeeds } from '../../../src/domain/access/fence.ts'

const feed = (more: Partial<Feed> = {}): Feed => ({
  epoch: 'e1',
  lowWater: 0,
  coversFrom: 0,
  newestSeq: 10,
  polledAt: 1_000,
  bookmark: null,
  ends: new Map(),
  ...more,
})
const fact = (seq: number, subjects: readonly string[] = ['token:a'], provedAt = 500, epoch = 'e1'): Fenced<null> => ({
  value: null,
  fence: { epoch, seq, provedAt },
  subjects,
})

describe('a cached fact', () => {
  it('stands as of its own reading while the feed is unknown', () => {
    expect(factStateOf(null, fact(3))).toEqual({ kind: 'proved', provedAt: 500 })
  })

  it('stands as of the poll that covers it and does not name it', () => {
    expect(factStateOf(feed(), fact(3))).toEqual({ kind: 'proved', provedAt: 1_000 })
  })

  it('keeps its own time when it was read after the poll', () => {
    expect(factStateOf(feed(), fact(3, ['token:a'], 1_500))).toEqual({ kind: 'proved', provedAt: 1_500 })
    expect(factStateOf(feed(), fact(11))).toEqual({ kind: 'proved', provedAt: 500 })
  })

  it.each([
    ['the feed names one of its subjects later', feed({ ends: new Map([['user:u', 4]]) }), 'void'],
    ['the feed named it before it was read', feed({ ends: new Map([['user:u', 3]]) }), 'proved'],
    ['the feed names another', feed({ ends: new Map([['user:v', 4]]) }), 'proved'],
    ['the feed does not reach back to it', feed({ coversFrom: 4 }), 'void'],
    ['the feed reaches back just to it', feed({ coversFrom: 3 }), 'proved'],
    ['the feed is of another life of the database', feed({ epoch: 'e2' }), 'void'],
  ])('when %s is %s', (_, feed, kind) => {
    expect(factStateOf(feed, fact(3, ['token:a', 'user:u'])).kind).toBe(kind)
  })
})

/** What the database held: subject i of each end is that of seq i + 1, so any view of it can be cut from the history. */
const history = fc.array(fc.constantFrom('token:a', 'token:b', 'user:u'), { minLength: 1, maxLength: 12 })

/** A view as a poll would see it: the ends in (from, to], sent when the feed stood at `to`. */
function viewOf(subjects: readonly string[], from: number, to: number, lowWater = 0): Feed {
  const ends = new Map<string, number>()
  for (let seq = Math.max(from, lowWater) + 1; seq <= to; seq++) ends.set(subjects[seq - 1] ?? '', seq)
  return feed({ coversFrom: Math.max(from, lowWater), newestSeq: to, lowWater, polledAt: 1_000 + to, ends })
}

const cut = fc.tuple(fc.nat(12), fc.nat(12)).map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)])
const views = fc.tuple(history, fc.array(cut, { minLength: 1, maxLength: 5 })).map(([subjects, cuts]) => ({
  subjects,
  views: cuts.map(([from, to]) => viewOf(subjects, Math.min(from, subjects.length), Math.min(to, subjects.length))),
}))

function joined(views: readonly Feed[]): Feed {
  return views.reduce<Feed | null>(joinFeeds, null) ?? feed()
}

function plain({ ends, ...rest }: Feed) {
  return { ...rest, ends: [...ends].sort() }
}

describe('views of the feed, joined', () => {
  it('are the same whichever of two comes first', () => {
    fc.assert(
      fc.property(views, ({ views }) => {
        const [a, b] = [views[0], views.at(-1)]
        if (a && b) expect(plain(joinFeeds(a, b))).toEqual(plain(joinFeeds(b, a)))
      }),
    )
  })

  it('are the same in any order when they overlap', () => {
    fc.assert(
      fc.property(
        history,
        fc.array(fc.nat(12), { maxLength: 5 }),
        fc.infiniteStream(fc.nat()),
        (subjects, tos, keys) => {
          const views = tos.map((to) => viewOf(subjects, 0, Math.min(to, subjects.length)))
          const shuffled = views
            .map((view) => ({ view, key: keys.next().value ?? 0 }))
            .sort((a, b) => a.key - b.key)
            .map(({ view }) => view)
          expect(plain(joined(shuffled))).toEqual(plain(joined(views)))
        },
      ),
    )
  })

  it('never clear a fact that ended, however they were cut and in whatever order they came', () => {
    fc.assert(
      fc.property(
        views,
        fc.nat(12),
        fc.constantFrom('token:a', 'token:b', 'user:u'),
        ({ subjects, views }, seq, own) => {
          const known = joined(views)
          const endedAt = subjects.lastIndexOf(own) + 1
          fc.pre(seq < endedAt && endedAt <= known.newestSeq)
          expect(factStateOf(known, fact(seq, [own])).kind).toBe('void')
        },
      ),
    )
  })

  it('prove nothing later than the newest of them was sent, and reach to the newest end of them', () => {
    fc.assert(
      fc.property(views, ({ views }) => {
        const known = joined(views)
        expect(known.polledAt).toBe(Math.max(...views.map((view) => view.polledAt)))
        expect(known.newestSeq).toBe(Math.max(...views.map((view) => view.newestSeq)))
      }),
    )
  })

  it('do not reach over a gap between them', () => {
    const known = joinFeeds(
      viewOf(['token:a', 'token:b', 'token:a', 'user:u'], 0, 1),
      viewOf(['', '', '', 'user:u'], 3, 4),
    )
    expect(known.coversFrom).toBe(3)
    expect(factStateOf(known, fact(1, ['token:b'])).kind).toBe('void')
  })

  it('reach back no further than what was pruned', () => {
    const known = joinFeeds(viewOf(['token:a', 'token:b'], 0, 2), viewOf(['token:a', 'token:b'], 2, 2, 2))
    expect(factStateOf(known, fact(1, ['user:u'])).kind).toBe('void')
    expect(factStateOf(known, fact(2, ['user:u'])).kind).toBe('proved')
  })

  it('of two lives of the database are those of the life that was seen last', () => {
    const before = feed({ polledAt: 1_000 })
    // Sent earlier and yet read later: the network may turn the order round.
    const after = feed({ epoch: 'e2', newestSeq: 2, polledAt: 999 })
    expect(joinFeeds(before, after)).toBe(after)
  })

  it('are as young as the younger, whichever of them saw more of the feed', () => {
    const saidMore = feed({ newestSeq: 12, polledAt: 1_000 })
    const askedLater = feed({ newestSeq: 10, polledAt: 1_001 })
    expect(joinFeeds(askedLater, saidMore)).toMatchObject({ newestSeq: 12, polledAt: 1_001 })
  })

  it('keep the higher low-water mark, also when the other comes in later', () => {
    const pruned = feed({ lowWater: 7, coversFrom: 7 })
    expect(joinFeeds(pruned, feed())).toMatchObject({ lowWater: 7, coversFrom: 7 })
    const many = new Map(Array.from({ length: 10_001 }, (_, i) => [`token:${i}`, i + 1]))
    const known = feed({ lowWater: 7, coversFrom: 7, newestSeq: 10_001, ends: many })
    expect(joinFeeds(known, feed({ coversFrom: 3, newestSeq: 10_002 }))).toMatchObject({ lowWater: 7, coversFrom: 7 })
  })

  it('copy nothing when nothing was added, and keep as many ends as they may', () => {
    const ends = new Map(Array.from({ length: 10_000 }, (_, i) => [`token:${i}`, i + 1]))
    expect(joinFeeds(feed({ newestSeq: 10_000, ends }), feed({ coversFrom: 10_000, newestSeq: 10_000 })).ends).toBe(
      ends,
    )
  })

  it('stay small: an older part that has grown too long is dropped, and what it covered is asked again', () => {
    const many = new Map(Array.from({ length: 10_001 }, (_, i) => [`token:${i}`, i + 1]))
    const known = joinFeeds(feed({ newestSeq: 10_001, ends: many }), feed({ coversFrom: 10_001, newestSeq: 10_001 }))
    expect(known.ends.size).toBe(0)
    expect(factStateOf(known, fact(10_000)).kind).toBe('void')
    expect(factStateOf(known, fact(10_001)).kind).toBe('proved')
  })
})
