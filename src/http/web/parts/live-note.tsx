/** Says that something runs, with a link that reloads the page; the script shows here whether it can still update it. */
export function LiveNote({ address }: { address: string }) {
  return (
    <p id="live-note" class="live-note muted small-text">
      Not over yet: this updates by itself where scripts run. <a href={address}>Reload</a>
    </p>
  )
}
