/** Line drawings on a grid of 16. */
const PATHS = {
  alert: 'M8 2.2 14.6 13.5H1.4zM8 6.5v3M8 11.6v.1',
  archive: 'M2 3h12v3H2zM3 6v7h10V6M6.5 8.5h3',
  back: 'M9.5 3.5 5 8l4.5 4.5',
  badge: 'M1.5 5h13v6h-13zM7 5v6',
  bell: 'M8 2a4 4 0 0 0-4 4c0 3.4-1.4 4.2-1.4 5.5h10.8C13.4 10.2 12 9.4 12 6a4 4 0 0 0-4-4zM6.6 13.6a1.5 1.5 0 0 0 2.8 0',
  branch: 'M5 3v10M11 3v2c0 3-6 2-6 5M5 3a1 1 0 1 0 .1 0M11 3a1 1 0 1 0 .1 0M5 13a1 1 0 1 0 .1 0',
  chart: 'M2 14h12M4 11.5V8M8 11.5v-8M12 11.5V6',
  check: 'M3 8.5 6.5 12 13 4.5',
  clock: 'M8 2a6 6 0 1 0 .1 0M8 4.8V8l2.2 1.6',
  copy: 'M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1',
  cross: 'M4 4l8 8M12 4l-8 8',
  down: 'M4 6l4 4 4-4',
  download: 'M8 2.5v7M5 7l3 3 3-3M3 13h10',
  external: 'M9 3h4v4M13 3 7.5 8.5M11 9v4H3V5h4',
  file: 'M4 2h5l3 3v9H4zM9 2v3h3',
  folder: 'M2 4h4l1.5 2H14v7H2z',
  gear: 'M8 5.7a2.3 2.3 0 1 0 .1 0M8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2M3.4 3.4l1.4 1.4M11.2 11.2l1.4 1.4M3.4 12.6l1.4-1.4M11.2 4.8l1.4-1.4',
  globe: 'M8 2a6 6 0 1 0 .1 0M2 8h12M8 2c-4 4-4 8 0 12M8 2c4 4 4 8 0 12',
  home: 'M2 8l6-5.5L14 8M4 7v6.5h8V7',
  key: 'M5.5 7.5a3 3 0 1 0 .1 0M7.7 8.4 13 3M10.6 5.4l1.8 1.8',
  leave: 'M7 2.5H3v11h4M6.5 8H14M11 5l3 3-3 3',
  list: 'M5.5 4H14M5.5 8H14M5.5 12H14M2.5 4v.1M2.5 8v.1M2.5 12v.1',
  lock: 'M3.5 7.5h9v6h-9zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  people:
    'M6 3a2.3 2.3 0 1 0 .1 0M1.8 13c.3-3 2-4 4.2-4s4 1 4.2 4M10.5 3.2a2.2 2.2 0 0 1 0 4.2M12 9.3c1.4.5 2.2 1.7 2.3 3.7',
  plus: 'M8 3v10M3 8h10',
  screen: 'M2 3h12v8H2zM5.5 13.5h5M8 11v2.5',
  search: 'M7 2.5a4.5 4.5 0 1 0 .1 0M10.3 10.3 13.5 13.5',
  tag: 'M2.5 2.5H8l5.5 5.5L8 13.5 2.5 8zM5.3 5.3v.1',
  trash: 'M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.7 9h6.6l.7-9M6.7 7v4M9.3 7v4',
  turn: 'M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3',
} as const

export type IconName = keyof typeof PATHS

/** Decoration; give `label` where it says something that no text beside it does. */
export function Icon({ name, label }: { name: IconName; label?: string }) {
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: hidden where it has none.
    <svg class="icon" width="16" height="16" viewBox="0 0 16 16" role={label && 'img'} aria-hidden={!label}>
      {label && <title>{label}</title>}
      <path d={PATHS[name]} />
    </svg>
  )
}
